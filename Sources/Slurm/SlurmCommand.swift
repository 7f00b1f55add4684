import ContentStore
import Foundation
import Glibc
import Host
import Pipeline

/// A call of one of Slurm's programs.
struct SlurmCommand {
    let program: String
    let arguments: [String]
    /// After which a program that does not end is taken for one whose controller does not answer.
    private static let limitSeconds = 60.0
    private static let pollMicroseconds: UInt32 = 2000
    private let words: String?
    /// What sbatch says when it begins to sleep, for two minutes in all, until there is room for its job.
    static let wordsOfSleep = "unable to accept job, sleeping"

    /// - Parameter words: that the program prints when it has been refused what it asked for; it is not left to ask again.
    init(_ program: String, _ arguments: [String], givingUpAt words: String? = nil) {
        (self.program, self.arguments, self.words) = (program, arguments, words)
    }

    /// What it printed. Throws `ClusterQueueError`.
    func output() throws(ClusterQueueError) -> String {
        let pipe = Pipe()
        let process: ProcessTree
        do {
            // The shell looks for the program, and has its messages go where its results go.
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
            // After the end once more: what it wrote last.
            Self.drain(descriptor, into: &bytes)
            if let status { return try result(status, String(decoding: bytes, as: UTF8.self)) }
            if let words, case let text = String(decoding: bytes, as: UTF8.self), text.contains(words) {
                process.kill()
                return try result(1 << 8, text)
            }
            guard HostClock.monotonicSeconds() - start < Self.limitSeconds else {
                process.kill()
                throw .unavailable("\(program) has not answered for \(Int(Self.limitSeconds)) s.")
            }
            usleep(Self.pollMicroseconds)
        }
    }

    private func result(_ status: Int32, _ text: String) throws(ClusterQueueError) -> String {
        if status == 0 { return text }
        let words = text.split(separator: "\n").joined(separator: "; ")
        if status >> 8 & 0xFF == 127 {
            throw .rejected("\(program) was not found: install the programs of Slurm here, or run without it.")
        }
        if Self.limits.contains(where: { words.localizedCaseInsensitiveContains($0) }) {
            throw .full("\(program): \(words)")
        }
        let isTransient = Self.transient.contains { words.localizedCaseInsensitiveContains($0) }
        throw isTransient
            ? .unavailable("Slurm does not answer now, and is asked again: \(words)")
            : .rejected("\(program): \(words)")
    }

    /// Words of messages after which the same request may well be met later. As slurm_errno.c has them, and `connect`.
    private static let transient = [
        "unable to contact slurm controller", "socket timed out", "connection refused", "connection timed out",
        "unable to establish", "zero bytes were transmitted", "transport endpoint", "temporarily unable",
        "communication connection failure", "resource temporarily unavailable", "slurm backup controller in standby",
        "insert bad record id",
    ]

    /// Words of messages after which the same request may be met when some of what is queued is done.
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
