import Folders
import Foundation
import Glibc
import Host
import StrictJSON

/// A monitored worker process: its reports, limits and end.
final class WorkerProcess {
    /// The limits of the current task; `nil` for none.
    private let timeLimitSeconds: Double?
    private let memoryLimitBytes: Int?
    private let tree: ProcessTree
    private let output: FileHandle
    private var rest: [UInt8] = []
    private var lastLookAtMemory = 0.0
    /// The position of the current task in the specification, and its start.
    private(set) var current: (task: Int, since: Double)?

    /// The intervals between polls of the process, and of its memory, which requires a list of all processes.
    static let pollSeconds = 0.02
    private static let memorySeconds = 0.25

    /// - Parameter firstTask: The task that the process begins with; `nil` if it may begin none.
    /// - Throws: `AttemptFailure` of the class `refused`.
    init(
        _ program: WorkerProgram, _ arguments: [String], timeLimitSeconds: Double?, memoryLimitBytes: Int?,
        firstTask: Int? = nil
    ) throws(AttemptFailure) {
        current = firstTask.map { ($0, HostClock.monotonicSeconds()) }
        (self.timeLimitSeconds, self.memoryLimitBytes) = (timeLimitSeconds, memoryLimitBytes)
        let pipe = Pipe()
        tree = try ProcessTree(
            program.path, program.arguments + arguments, output: pipe.fileHandleForWriting.fileDescriptor)
        try? pipe.fileHandleForWriting.close()
        output = pipe.fileHandleForReading
        _ = fcntl(output.fileDescriptor, F_SETFL, O_NONBLOCK)
    }

    /// The reports since the last call, each with the bytes of its line, and the wait status; `nil` while it runs.
    /// The status is read first, so that it comes with the last reports and `current` is the task of the end.
    func poll() -> (reports: [(report: ElementReport, line: [UInt8])], status: Int32?) {
        let status = tree.status()
        return (reports(), status)
    }

    private func reports() -> [(report: ElementReport, line: [UInt8])] {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(output.fileDescriptor, $0.baseAddress, $0.count)
            }
            guard count > 0 else { break }
            rest += buffer[..<count]
        }
        var lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
        rest = lines.popLast() ?? []
        return lines.compactMap { line in
            guard let report = try? StrictJSON.decode(ElementReport.self, from: line), report.progress?.isFit ?? true
            else { return nil }
            if current?.task != report.task { current = (report.task, HostClock.monotonicSeconds()) }
            return (report, line)
        }
    }

    func kill() { tree.kill() }

    /// The limit that the current task exceeds; `nil` if it is within its limits.
    func excess() -> AttemptFailure? {
        guard let current else { return nil }
        let now = HostClock.monotonicSeconds()
        if let timeLimitSeconds, now - current.since > timeLimitSeconds {
            return AttemptFailure(
                .timedOut, "It took longer than the limit of \(timeLimitSeconds) s; raise execution.timeLimitSeconds.")
        }
        if let memoryLimitBytes, now - lastLookAtMemory > Self.memorySeconds {
            lastLookAtMemory = now
            if tree.residentBytes > memoryLimitBytes {
                return AttemptFailure(
                    .outOfMemory,
                    "It took more than the limit of \(memoryLimitBytes >> 20) MiB of memory; raise "
                        + "execution.memoryLimitMiB.")
            }
        }
        return nil
    }

    /// The failure for a wait status of a process that left no record.
    static func failure(_ status: Int32) -> AttemptFailure {
        let signal = status & 0x7F
        return signal != 0
            ? AttemptFailure(.killed, "The worker process was killed by signal \(signal).")
            : AttemptFailure(.lost, "The worker process ended with \(status >> 8 & 0xFF) and left no record.")
    }
}

/// The worker program. Its last arguments are a private folder and the path of a specification.
public struct WorkerProgram: Sendable {
    public let path: String
    public let arguments: [String]
    /// The version of Nominal.
    public let version: String

    public init(path: String, arguments: [String], version: String) {
        (self.path, self.arguments, self.version) = (path, arguments, version)
    }
}
