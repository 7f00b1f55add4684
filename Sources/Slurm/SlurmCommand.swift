import ContentStore
import Foundation
import Glibc
import Host
import Pipeline

/// A call of one of Slurm's programs.
struct SlurmCommand {
    let program: String
    let arguments: [String]
    /// The timeout of a call. A program that exceeds it counts as unavailable.
    private static let limitSeconds = 60.0
    private static let pollMicroseconds: UInt32 = 2000
    private let words: String?
    /// The output with which sbatch announces retries, for up to two minutes, while the queue is full.
    static let retryMessage = "unable to accept job, sleeping"

    /// - Parameter words: Output that signals a rejection. The program is then killed before it retries.
    init(_ program: String, _ arguments: [String], givingUpAt words: String? = nil) {
        (self.program, self.arguments, self.words) = (program, arguments, words)
    }

    /// Runs the program and returns its output. Throws `ClusterQueueError`.
    func output() throws(ClusterQueueError) -> String {
        let pipe = Pipe()
        let process: ProcessTree
        do {
            // The shell finds the program and redirects standard error to standard output.
            process = try ProcessTree(
                "/bin/sh", ["-c", "exec \"$0\" \"$@\" 2>&1", program] + arguments,
                output: pipe.fileHandleForWriting.fileDescriptor)
            try pipe.fileHandleForWriting.close()
        } catch {
            throw .unavailable("\(error)")
        }
        let descriptor = pipe.fileHandleForReading.fileDescriptor
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        var bytes: [UInt8] = []
        let start = HostClock.monotonicSeconds()
        while true {
            let status = process.status()
            // Drains the pipe after reading the status, so the last output is not lost.
            Self.drain(descriptor, into: &bytes)
            if let status { return try result(status, String(decoding: bytes, as: UTF8.self)) }
            if let words, case let text = String(decoding: bytes, as: UTF8.self), text.contains(words) {
                process.kill()
                return try result(1 << 8, text)
            }
            guard HostClock.monotonicSeconds() - start < Self.limitSeconds else {
                process.kill()
                throw .unavailable("\(program) timed out after \(Int(Self.limitSeconds)) s.")
            }
            usleep(Self.pollMicroseconds)
        }
    }

    private func result(_ status: Int32, _ text: String) throws(ClusterQueueError) -> String {
        if status == 0 { return text }
        let words = text.split(separator: "\n").joined(separator: "; ")
        if status >> 8 & 0xFF == 127 {
            throw .rejected("\(program) was not found: install the Slurm client programs, or use --runner local.")
        }
        if Self.limits.contains(where: { words.localizedCaseInsensitiveContains($0) }) {
            throw .full("\(program): \(words)")
        }
        let isTransient = Self.transient.contains { words.localizedCaseInsensitiveContains($0) }
        throw isTransient
            ? .unavailable("Slurm is temporarily unavailable: \(words)")
            : .rejected("\(program): \(words)")
    }

    /// Messages of temporary errors, from slurm_errno.c and connect(2).
    private static let transient = [
        "unable to contact slurm controller", "socket timed out", "connection refused", "connection timed out",
        "unable to establish", "zero bytes were transmitted", "transport endpoint", "temporarily unable",
        "communication connection failure", "resource temporarily unavailable", "slurm backup controller in standby",
        "insert bad record id",
    ]

    /// Messages of limits that clear when queued jobs finish.
    private static let limits = [
        "job submit limit", "maxsubmit", "submitjob", "too many jobs", "maxjobcount", "unable to accept job",
    ]

    private static func drain(_ descriptor: Int32, into bytes: inout [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            bytes += buffer[..<count]
        }
    }
}
