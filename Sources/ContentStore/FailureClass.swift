/// Why an attempt failed; the same classes wherever tasks are run.
public enum FailureClass: String, Sendable, Hashable, Codable, CaseIterable {
    /// The stage threw an error, or its outputs were not as it declares.
    case failed
    /// A signal ended the worker process.
    case killed
    /// It took longer than the time limit.
    case timedOut
    /// It took more than the memory limit.
    case outOfMemory
    /// The worker process ended without a word on what it did.
    case lost
    /// The machine could not start it: no process, no disk space.
    case refused
}
