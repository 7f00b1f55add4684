import ContentStore
import Folders
import Foundation
import Glibc
import Host
import StrictJSON

/// The process that a cluster starts for an element: it has the tasks computed by another process, watches it, and ends all of
/// it where a task takes too much. What that took with it is told in its stead; the tasks after it go on.
public final class ElementSupervisor: Sendable {
    private let spec: ElementSpec
    private let file: String
    private let command: (program: String, arguments: [String])
    private let own: String
    private let cancellation = CancellationFlag()
    private static let pollMicroseconds: UInt32 = 20_000
    private static let reportSeconds = 2.0
    private static let startName = "start"

    /// - Parameters:
    ///   - file: the specification.
    ///   - program: what is started with `arguments`, the path of a folder and that of the specification, and runs `ElementWorker`.
    /// - Throws: `StoreError` and `DecodingError` for a specification that cannot be read.
    public init(_ file: String, program: String, arguments: [String]) throws {
        self.file = file
        command = (program, arguments)
        spec = try ElementSpec.read(file)
        own = "\(spec.folder)/run-\(HostDescription.current.name)-\(getpid())-\(HostClock.wallNanoseconds())"
    }

    /// When the element was begun, by the clock of this machine: its workers may come after one another.
    static func start(_ own: String) -> Double? {
        (try? AtomicFile.read(own + "/" + startName)).flatMap { Double(String(decoding: $0, as: UTF8.self)) }
    }

    /// Ends the work at once; from any thread.
    public func cancel() { cancellation.set() }

    /// Sees the element through. What is not done then has been left with a reason, or was cancelled.
    ///
    /// - Parameter version: of this program.
    public func run(version: String) throws {
        defer { try? AtomicFile.removeAll(own) }
        if spec.isCancelled { return }
        try AtomicFile.createPrivateFolder(own)
        try AtomicFile.writePrivate(
            Array("\(HostClock.monotonicSeconds())".utf8), to: own + "/" + Self.startName)
        if let reason = reasonToRefuse(version) { return try refuse(reason) }
        if let reason = try shortage() { return try refuse(reason, as: ElementSpec.shortageName) }
        while try spec.tasks.indices.contains(where: { try !spec.isRecorded($0) }), !spec.isCancelled {
            switch try supervise() {
            case .finished: return
            case .failed(let failure, nil): return try refuse(failure.message)
            // One that died between two tasks has done the former.
            case .failed(let failure, let task?): if try !spec.isRecorded(task) { try leave(failure, of: task) }
            }
        }
    }

    /// How a worker ended: by itself, or at a task, if it had begun one.
    private enum End {
        case finished
        case failed(AttemptFailure, at: Int?)
    }

    private func leave(_ failure: AttemptFailure, of task: Int) throws {
        var record = WorkerRecord(key: spec.tasks[task].key, attempt: spec.tasks[task].attempt)
        (record.failure, record.message) = (failure.kind, failure.message)
        try spec.publish(record, of: task, by: own + "/failure.json")
    }

    private func reasonToRefuse(_ version: String) -> String? {
        guard spec.version != ElementSpec.currentVersion || spec.program != version else { return nil }
        return "On \(HostDescription.current.name) it is Nominal \(version), the run was begun by \(spec.program): "
            + "install the same one on all nodes."
    }

    private func shortage() throws -> String? {
        let free = try spec.elementFolder.freeBytes()
        guard free < spec.requiredFreeBytes else { return nil }
        return "The store has \(free >> 20) MiB of free space left, \(spec.requiredFreeBytes >> 20) are needed: "
            + "free some, nominal gc does it."
    }

    private func refuse(_ reason: String, as name: String = ElementSpec.refusalName) throws {
        try spec.elementFolder.publish(Array(reason.utf8), as: name, by: own + "/refusal")
    }

    /// Runs a worker to its end, or brings that about.
    private func supervise() throws -> End {
        let killsBefore = MemoryEvents.killCount
        let output = Pipe()
        let process = try ProcessTree(
            command.program, command.arguments + [own, file], output: output.fileHandleForWriting.fileDescriptor)
        try? output.fileHandleForWriting.close()
        let descriptor = output.fileHandleForReading.fileDescriptor
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        var lines = LineBuffer()
        var current: (task: Int, since: Double)?
        var lastReport = 0.0
        var lastLook = HostClock.monotonicSeconds()
        while true {
            for line in lines.read(descriptor) {
                guard let report = try? StrictJSON.decode(ElementReport.self, from: line),
                    spec.tasks.indices.contains(report.task)
                else { continue }
                let now = HostClock.monotonicSeconds()
                if current?.task != report.task { current = (report.task, now) }
                if report.progress != nil, now - lastReport > Self.reportSeconds {
                    lastReport = now
                    try? show(line)
                }
            }
            if let status = process.status() { return Self.end(status, at: current?.task, killsBefore) }
            let now = HostClock.monotonicSeconds()
            if now - lastLook > Self.reportSeconds {
                lastLook = now
                // Nobody waits for it any more, not even for the task at work.
                if spec.isGone { cancellation.set() }
            }
            if cancellation.isSet {
                process.kill()
                return .finished
            }
            if let current, let failure = excess(process, HostClock.monotonicSeconds() - current.since) {
                process.kill()
                return .failed(failure, at: current.task)
            }
            usleep(Self.pollMicroseconds)
        }
    }

    private static func end(_ status: Int32, at task: Int?, _ killsBefore: Int) -> End {
        if status == 0 { return .finished }
        let signal = status & 0x7F
        // Whoever asks all processes to end has asked this one, too, and what it says counts.
        if signal == SIGTERM { return .finished }
        if signal == SIGKILL, MemoryEvents.killCount > killsBefore {
            return .failed(
                AttemptFailure(
                    .outOfMemory, "It took more memory than its element may have; raise execution.runner.memoryMiB."),
                at: task)
        }
        let failure =
            signal != 0
            ? AttemptFailure(.killed, "The worker process was killed by signal \(signal).")
            : AttemptFailure(.lost, "The worker process ended with \(status >> 8 & 0xFF) and left no record.")
        return .failed(failure, at: task)
    }

    private func excess(_ process: ProcessTree, _ seconds: Double) -> AttemptFailure? {
        .excess(
            seconds: seconds, limit: spec.timeLimitSeconds, residentBytes: process.residentBytes,
            limit: spec.memoryLimitBytes)
    }

    private func show(_ line: [UInt8]) throws {
        try AtomicFile.writePrivate(line, to: own + "/progress")
        guard
            unsafe rename((own + "/progress").systemPath, (spec.folder + "/" + ElementReport.fileName).systemPath) == 0
        else { return }
    }
}

extension ElementSpec {
    /// Throws `StoreError`, `JSONError` and `DecodingError`.
    public static func read(_ file: String) throws -> ElementSpec {
        try StrictJSON.decode(ElementSpec.self, from: try AtomicFile.read(file), file: file)
    }
}

extension AttemptFailure {
    /// Why an attempt has to be ended; `nil` while it is within its limits.
    static func excess(
        seconds: Double, limit timeLimit: Double?, residentBytes: @autoclosure () -> Int, limit memoryLimit: Int?
    ) -> AttemptFailure? {
        if let timeLimit, seconds > timeLimit {
            return AttemptFailure(
                .timedOut, "It took longer than the limit of \(timeLimit) s; raise execution.timeLimitSeconds.")
        }
        if let memoryLimit, residentBytes() > memoryLimit {
            return AttemptFailure(
                .outOfMemory,
                "It took more than the limit of \(memoryLimit >> 20) MiB of memory; raise execution.memoryLimitMiB.")
        }
        return nil
    }
}
