import ContentStore
import Foundation
import Glibc

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

    /// Runs one attempt to its end, or to a limit. Outputs and blobs are then in the attempt's folder.
    ///
    /// - Throws: `AttemptFailure`, `PipelineError.cancelled`, or the `StoreError` for a blob that the worker missed.
    func run(
        _ spec: WorkerSpec, _ policy: FailurePolicy, _ cancellation: CancellationFlag, _ store: ContentStore,
        progress: (WorkerProgress) -> Void
    ) throws -> WorkerRecord {
        let file = spec.folder + "/spec.json"
        try AtomicFile.writePrivate(Array(try JSONEncoder().encode(spec)), to: file)
        for name in [WorkerSpec.outputsName, WorkerSpec.blobsName] {
            try AtomicFile.createPrivateFolder(spec.folder + "/" + name)
        }
        let output = Pipe()
        let writing = output.fileHandleForWriting.fileDescriptor
        let process = try ProcessTree(program, arguments + [file], output: writing)
        try? output.fileHandleForWriting.close()
        let status = try watch(process, policy, cancellation, output.fileHandleForReading, progress)
        guard let bytes = try? AtomicFile.read(spec.folder + "/" + WorkerSpec.recordName),
            let record = try? JSONDecoder().decode(WorkerRecord.self, from: Data(bytes)), record.key == spec.key,
            record.attempt == spec.attempt
        else {
            let signal = status & 0x7F
            throw signal != 0
                ? AttemptFailure(.killed, "The worker process was killed by signal \(signal).")
                : AttemptFailure(.lost, "The worker process ended with \(status >> 8 & 0xFF) and left no record.")
        }
        if let lost = record.lostBlob, let digest = try? Digest(hex: lost) {
            // Sets it aside if it is damaged, and throws.
            _ = try store.recheckedPath(digest)
        }
        if let failure = record.failure {
            throw AttemptFailure(failure, record.message ?? "The worker gave no reason.")
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
                if let report = try? JSONDecoder().decode(WorkerProgress.self, from: Data(line)) { progress(report) }
            }
            if let status = process.status() { return status }
            if cancellation.isSet {
                process.kill()
                throw PipelineError.cancelled
            }
            let seconds = HostClock.monotonicSeconds() - start
            if let limit = policy.timeLimitSeconds, seconds > limit {
                process.kill()
                throw AttemptFailure(
                    .timedOut, "It took longer than the limit of \(limit) s; raise execution.timeLimitSeconds.")
            }
            if let limit = policy.memoryLimitBytes, process.residentBytes > limit {
                process.kill()
                throw AttemptFailure(
                    .outOfMemory,
                    "It took more than the limit of \(limit >> 20) MiB of memory; raise execution.memoryLimitMiB.")
            }
            usleep(Self.pollMicroseconds)
        }
    }
}

/// Bytes as they come, by lines.
private struct LineBuffer {
    private var rest: [UInt8] = []

    /// The lines that are complete by now.
    mutating func read(_ descriptor: Int32) -> [[UInt8]] {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            rest += buffer[..<count]
        }
        var lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
        rest = lines.popLast() ?? []
        return lines
    }
}
