import Glibc

/// One process of this machine: its number, and when it started, since numbers are used again.
public struct ProcessIdentity: Sendable, Equatable {
    public let number: Int32
    /// Clock ticks since the machine started, as in field 22 of `/proc/PID/stat`; 0 where that cannot be read.
    public let startedTicks: Int64

    public static let current = ProcessIdentity(number: getpid(), startedTicks: startTicks(of: getpid()) ?? 0)

    public init(number: Int32, startedTicks: Int64) {
        self.number = number
        self.startedTicks = startedTicks
    }

    /// True if this very process, not another one with its number, still runs.
    public var isRunning: Bool { startedTicks != 0 && Self.startTicks(of: number) == startedTicks }

    private static func startTicks(of process: Int32) -> Int64? {
        guard let bytes = try? OpenFile.reading("/proc/\(process)/stat").readAll() else { return nil }
        // The second field is the program's name in parentheses, which may hold anything.
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.count > 19 ? Int64(fields[19]) : nil
    }
}
