import Glibc

/// The machine a run took place on, for the history.
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
        let bytes = try? OpenFile.reading("/proc/cpuinfo").readAll()
        let lines = String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("model name") }), let colon = line.firstIndex(of: ":")
        else { return "unknown" }
        return line[line.index(after: colon)...].drop { $0 == " " }.description
    }
}
