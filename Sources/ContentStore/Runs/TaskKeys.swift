/// The tasks of a run by state, so far.
public struct TaskCounts: Sendable, Equatable {
    public var total: Int
    /// Executed successfully.
    public var run: Int
    public var cached: Int
    public var failed: Int
    /// Not started.
    public var skipped: Int
    /// Estimated seconds until the end of the run; nil without measured durations.
    public var remainingSeconds: Double?

    public init(
        total: Int, run: Int = 0, cached: Int = 0, failed: Int = 0, skipped: Int = 0, remainingSeconds: Double? = nil
    ) {
        self.remainingSeconds = remainingSeconds
        (self.total, self.run, self.cached, self.failed, self.skipped) = (total, run, cached, failed, skipped)
    }
}

/// The action keys of a run's tasks, as far as known, for comparing runs.
///
/// Runs with the same keys share one row in the database. The format is one line per task in graph order: 64
/// hexadecimal digits, a space and the task.
public struct TaskKeys: Sendable, Equatable {
    public struct Entry: Sendable, Equatable {
        public let task: String
        public let key: Digest

        public init(task: String, key: Digest) { (self.task, self.key) = (task, key) }
    }

    public let entries: [Entry]

    public init(_ entries: [Entry]) { self.entries = entries }

    /// Parses the stored text; nil if malformed. Avoids temporary strings, because there may be a hundred thousand
    /// lines.
    init?(bytes: [UInt8]) {
        var entries: [Entry] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard line.count > 64, line[line.startIndex + 64] == UInt8(ascii: " "),
                let key = Digest(hexDigits: line.prefix(64))
            else { return nil }
            entries.append(Entry(task: String(decoding: line.dropFirst(65), as: UTF8.self), key: key))
        }
        self.entries = entries
    }

    var text: String {
        var text = ""
        text.reserveCapacity(entries.reduce(0) { $0 + $1.task.utf8.count + 66 })
        for entry in entries {
            text += entry.key.hex
            text += " "
            text += entry.task
            text += "\n"
        }
        return text
    }
}
