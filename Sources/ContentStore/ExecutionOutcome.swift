/// How a run of the program ended.
public enum ExecutionOutcome: String, Sendable {
    case succeeded, failed, cancelled
    /// All tasks are done, and a figure is below what the manifest requires.
    case requirementMissed
}
