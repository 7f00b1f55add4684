import Foundation

/// The most memory that this process had at a time, as Linux tells it. That of `getrusage` may be the parent's.
enum PeakMemory {
    static var mebibytes: Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 / 1024 }
    }
}
