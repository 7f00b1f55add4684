import Glibc

/// Name and processor of the machine that a run takes place on, for the history.
public struct HostDescription: Sendable, Equatable {
    public let name: String
    /// The processor's model name as Linux reports it.
    public let processor: String

    public static let current = HostDescription(name: hostName(), processor: processorName())

    private static func hostName() -> String {
        var information = utsname()
        guard unsafe uname(&information) == 0 else { return "unknown" }
        return unsafe withUnsafeBytes(of: &information.nodename) { field in
            unsafe String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private static func processorName() -> String {
        let line = SystemFile.lines("/proc/cpuinfo").first { $0.hasPrefix("model name") }
        guard let line, let colon = line.firstIndex(of: ":") else { return "unknown" }
        return line[line.index(after: colon)...].drop { $0 == " " }.description
    }
}

/// One process of this machine: its number, and its start time, since numbers are reused.
public struct ProcessIdentity: Sendable, Equatable {
    public let number: Int32
    /// Clock ticks since the machine started, as in field 22 of `/proc/PID/stat`; 0 if unreadable.
    public let startedTicks: Int64

    public static let current = ProcessIdentity(number: getpid(), startedTicks: startTicks(of: getpid()) ?? 0)

    public init(number: Int32, startedTicks: Int64) {
        self.number = number
        self.startedTicks = startedTicks
    }

    /// True if this very process, not another one with its number, still runs.
    public var isRunning: Bool { startedTicks != 0 && Self.startTicks(of: number) == startedTicks }

    private static func startTicks(of process: Int32) -> Int64? {
        // The second field is the program's name in parentheses, which may hold anything.
        guard let text = SystemFile.text("/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.count > 19 ? Int64(fields[19]) : nil
    }
}
