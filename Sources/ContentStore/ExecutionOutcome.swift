/// How a run of the program ended.
public enum ExecutionOutcome: String, Sendable {
    case succeeded, failed, cancelled
}
