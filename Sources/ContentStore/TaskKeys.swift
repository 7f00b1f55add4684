/// The action key of every task of a run, as far as they became known: what one run is compared with another by.
///
/// One row in the database, which runs with the same keys share. Written as lines of 64 hexadecimal digits, a space and
/// the task, in the order of the graph.
public struct TaskKeys: Sendable, Equatable {
    public struct Entry: Sendable, Equatable {
        public let task: String
        public let key: Digest

        public init(task: String, key: Digest) { (self.task, self.key) = (task, key) }
    }

    public let entries: [Entry]

    public init(_ entries: [Entry]) { self.entries = entries }

    /// The text as the database keeps it; nil if it is not of that form. There may be a hundred thousand lines: no string is
    /// made but the names.
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
