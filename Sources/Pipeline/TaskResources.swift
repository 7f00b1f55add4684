/// How much of the machine a task takes.
public enum TaskResources: Sendable, Hashable {
    /// One core.
    case light
    /// As many cores as it is given. At most one such task runs at a time, beside at most `jobs` - 1 light ones.
    case wholeMachine
}
