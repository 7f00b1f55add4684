import ContentStore
import Foundation
import Glibc
import Host
import StrictJSON

/// Runs attempts in processes of their own, whose whole trees can be killed: what limits of time and memory need.
public struct WorkerProcess: Sendable {
    /// The program, and what to say before the path of the spec.
    private let program: String
    private let arguments: [String]
    private static let pollMicroseconds: UInt32 = 20_000

    public init(program: String, arguments: [String]) {
        self.program = program
        self.arguments = arguments
    }

    /// Runs one attempt to its end, or to a limit. What it made is then in the store, and named in the record.
    ///
    /// - Throws: `AttemptFailure` where there is no record, or `PipelineError.cancelled`.
    func run(
        _ spec: WorkerSpec, _ policy: FailurePolicy, _ cancellation: CancellationFlag,
        progress: (WorkerProgress) -> Void
    ) throws -> WorkerRecord {
        let file = spec.folder + "/spec.json"
        try AtomicFile.writePrivate(Array(try JSONEncoder().encode(spec)), to: file)
        let output = Pipe()
        let writing = output.fileHandleForWriting.fileDescriptor
        let process = try ProcessTree(program, arguments + [file], output: writing)
        try? output.fileHandleForWriting.close()
        let status = try watch(process, policy, cancellation, output.fileHandleForReading, progress)
        guard let bytes = try? AtomicFile.read(spec.folder + "/" + WorkerSpec.recordName),
            let record = WorkerRecord(json: bytes), record.key == spec.key, record.attempt == spec.attempt
        else {
            let signal = status & 0x7F
            throw signal != 0
                ? AttemptFailure(.killed, "The worker process was killed by signal \(signal).")
                : AttemptFailure(.lost, "The worker process ended with \(status >> 8 & 0xFF) and left no record.")
        }
        return record
    }

    /// Waits for the end of a process, and brings it about where that has to be; returns its status.
    private func watch(
        _ process: ProcessTree, _ policy: FailurePolicy, _ cancellation: CancellationFlag, _ output: FileHandle,
        _ progress: (WorkerProgress) -> Void
    ) throws -> Int32 {
        let descriptor = output.fileDescriptor
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        let start = HostClock.monotonicSeconds()
        var lines = LineBuffer()
        while true {
            for line in lines.read(descriptor) {
                guard let report = try? StrictJSON.decode(WorkerProgress.self, from: line) else { continue }
                if report.isFit { progress(report) }
            }
            if let status = process.status() { return status }
            if cancellation.isSet {
                process.kill()
                throw PipelineError.cancelled
            }
            let seconds = HostClock.monotonicSeconds() - start
            if let failure = AttemptFailure.excess(
                seconds: seconds, limit: policy.timeLimitSeconds, residentBytes: process.residentBytes,
                limit: policy.memoryLimitBytes)
            {
                process.kill()
                throw failure
            }
            usleep(Self.pollMicroseconds)
        }
    }
}
