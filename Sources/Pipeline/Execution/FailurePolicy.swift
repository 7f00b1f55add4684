import ContentStore

/// What happens after an attempt has failed, and what an attempt may take. Nothing of it can change a result.
public struct FailurePolicy: Sendable, Equatable {
    /// How many further attempts a run makes, for each class of failure. One that fails twice with the same error would do so
    /// again, and is left at that, whatever is said here.
    public var retries: [FailureClass: Int]
    /// Before the first further attempt; doubled before each one after that, up to a minute.
    public var backOffSeconds: Double
    /// For each attempt; `nil` for no limit.
    public var timeLimitSeconds: Double?
    /// Resident memory of a worker process and what it has started; `nil` for no limit.
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

    /// Seconds to wait before another attempt; `nil` if there is none. `Execution` asks for every failed attempt, except while
    /// the run is stopping.
    ///
    /// - Parameter failures: the failed attempts of the task in this run, in order.
    func delay(after failures: [AttemptFailure]) -> Double? {
        guard let last = failures.last else { return nil }
        // The same words twice: the third time would tell nothing new.
        if last.kind == .failed, failures.dropLast().contains(last) { return nil }
        let count = failures.count { $0.kind == last.kind }
        guard count <= retries[last.kind, default: 0] else { return nil }
        var delay = backOffSeconds
        for _ in 1..<max(failures.count, 1) { delay = min(2 * delay, 60) }
        return delay
    }
}

/// An attempt that failed: the class and the words.
public struct AttemptFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public let kind: FailureClass
    public let message: String

    public init(_ kind: FailureClass, _ message: String) { (self.kind, self.message) = (kind, message) }

    public var description: String { message }

    /// Sorts an error of any origin.
    static func of(_ error: any Error) -> AttemptFailure {
        switch error {
        case let failure as AttemptFailure: failure
        case StoreError.diskFull: AttemptFailure(.refused, "\(error)")
        case StoreError.missingBlob, StoreError.damagedBlob: AttemptFailure(.lost, "\(error)")
        // A file server that does not answer now may do so later.
        case let error as StoreError where error.isTransient: AttemptFailure(.lost, "\(error)")
        default: AttemptFailure(.failed, "\(error)")
        }
    }
}
