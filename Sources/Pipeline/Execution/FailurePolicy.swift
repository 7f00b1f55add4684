import ContentStore

/// Retries after a failed attempt, and the limits of an attempt. Never changes a result.
public struct FailurePolicy: Sendable, Equatable {
    /// The maximum number of retries in a run, by failure class. A task that fails twice with the same error of class
    /// `failed` is not retried again.
    public var retries: [FailureClass: Int]
    /// Seconds before the first retry. Each further wait is twice as long, up to a minute.
    public var backOffSeconds: Double
    /// The time limit of an attempt; `nil` for no limit.
    public var timeLimitSeconds: Double?
    /// The limit on the resident memory of a worker process and its descendants; `nil` for no limit.
    public var memoryLimitBytes: Int?

    public init(
        retries: [FailureClass: Int] = [.killed: 1, .lost: 2, .refused: 2], backOffSeconds: Double = 1,
        timeLimitSeconds: Double? = nil, memoryLimitBytes: Int? = nil
    ) {
        self.retries = retries
        self.backOffSeconds = backOffSeconds
        self.timeLimitSeconds = timeLimitSeconds
        self.memoryLimitBytes = memoryLimitBytes
    }

    /// The seconds until the next attempt; `nil` for no retry.
    ///
    /// - Parameter failures: The failed attempts of the task in this run, in order.
    func delay(after failures: [AttemptFailure]) -> Double? {
        guard let last = failures.last else { return nil }
        // The same error twice is deterministic: another attempt would fail as well.
        if last.kind == .failed, failures.dropLast().contains(last) { return nil }
        let count = failures.count { $0.kind == last.kind }
        guard count <= retries[last.kind, default: 0] else { return nil }
        var delay = backOffSeconds
        for _ in 1..<max(failures.count, 1) { delay = min(2 * delay, 60) }
        return delay
    }
}

/// A failed attempt: its class and message.
public struct AttemptFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public let kind: FailureClass
    public let message: String

    public init(_ kind: FailureClass, _ message: String) { (self.kind, self.message) = (kind, message) }

    public var description: String { message }

    /// Classifies any error.
    static func of(_ error: any Error) -> AttemptFailure {
        switch error {
        case let failure as AttemptFailure: failure
        case StoreError.diskFull: AttemptFailure(.refused, "\(error)")
        case StoreError.missingBlob, StoreError.damagedBlob: AttemptFailure(.lost, "\(error)")
        // A file server may recover.
        case let error as StoreError where error.isTransient: AttemptFailure(.lost, "\(error)")
        default: AttemptFailure(.failed, "\(error)")
        }
    }
}
