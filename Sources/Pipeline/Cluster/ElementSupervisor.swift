import ContentStore
import Folders
import Glibc
import Host

/// The process that a cluster starts for an element. It starts a worker process, monitors it, and kills its process
/// tree if a task exceeds a limit. It then publishes a failure record for that task and starts another worker for the
/// remaining tasks.
public final class ElementSupervisor: Sendable {
    private let spec: ElementSpec
    private let file: String
    private let program: WorkerProgram
    /// The private folder of this process.
    private let own: String
    private let cancellation = CancellationFlag()
    private static let reportSeconds = 2.0
    private static let startName = "start"

    /// Reads the specification of an element.
    ///
    /// - Parameters:
    ///   - file: The specification.
    ///   - program: The program that runs `ElementWorker`.
    /// - Throws: `StoreError` or `DecodingError` if the specification cannot be read.
    public init(_ file: String, _ program: WorkerProgram) throws {
        (self.file, self.program) = (file, program)
        spec = try ElementSpec.read(file)
        own = "\(spec.folder)/run-\(HostDescription.current.name)-\(getpid())-\(HostClock.wallNanoseconds())"
    }

    /// The start of the element in monotonic seconds of this machine, shared by its successive workers.
    static func start(_ own: String) -> Double? {
        (try? AtomicFile.read(own + "/" + startName)).flatMap { Double(String(decoding: $0, as: UTF8.self)) }
    }

    /// Stops the work immediately. May be called from any thread.
    public func cancel() { cancellation.set() }

    /// Runs the element to its end. Every task then has a record, unless the element was refused or cancelled.
    public func run() throws {
        defer { try? AtomicFile.removeAll(own) }
        if spec.isCancelled { return }
        try AtomicFile.createPrivateFolder(own)
        try AtomicFile.writePrivate(
            Array("\(HostClock.monotonicSeconds())".utf8), to: own + "/" + Self.startName)
        if let reason = reasonToRefuse() { return try refuse(reason) }
        if let reason = try shortage() { return try refuse(reason, as: ElementSpec.shortageName) }
        while try spec.tasks.indices.contains(where: { try !spec.isRecorded($0) }), !spec.isCancelled {
            switch try supervise() {
            case .finished: return
            case .failed(let failure, nil): return try refuse(failure.message)
            // The worker may have died between two tasks, after it recorded the last one.
            case .failed(let failure, let task?): if try !spec.isRecorded(task) { try publish(failure, of: task) }
            }
        }
    }

    /// The end of a worker: regular, or a failure with the task in progress, if any.
    private enum End {
        case finished
        case failed(AttemptFailure, at: Int?)
    }

    /// Publishes a failure record for a task.
    private func publish(_ failure: AttemptFailure, of task: Int) throws {
        var record = WorkerRecord(key: spec.tasks[task].key, attempt: spec.tasks[task].attempt)
        (record.failure, record.message) = (failure.kind, failure.message)
        try spec.publish(record, of: task, by: own + "/failure.json")
    }

    private func reasonToRefuse() -> String? {
        guard spec.version != ElementSpec.currentVersion || spec.program != program.version else { return nil }
        return
            "\(HostDescription.current.name) has Nominal \(program.version), but the run uses \(spec.program): "
            + "install the same version on all nodes."
    }

    private func shortage() throws -> String? {
        let free = try spec.elementFolder.freeBytes()
        guard free < spec.requiredFreeBytes else { return nil }
        return "The store has \(free >> 20) MiB of free space, but needs \(spec.requiredFreeBytes >> 20) MiB: "
            + "delete files, or run nominal gc."
    }

    private func refuse(_ reason: String, as name: String = ElementSpec.refusalName) throws {
        try spec.elementFolder.publish(Array(reason.utf8), as: name, by: own + "/refusal")
    }

    /// Runs a worker until it ends or is killed.
    private func supervise() throws -> End {
        let killsBefore = MemoryEvents.killCount
        let process = try WorkerProcess(
            program, [own, file], timeLimitSeconds: spec.timeLimitSeconds, memoryLimitBytes: spec.memoryLimitBytes)
        var lastReport = 0.0
        var lastLook = HostClock.monotonicSeconds()
        while true {
            let (reports, status) = process.poll()
            for (report, line) in reports where spec.tasks.indices.contains(report.task) {
                let now = HostClock.monotonicSeconds()
                guard report.progress != nil, now - lastReport > Self.reportSeconds else { continue }
                lastReport = now
                try? show(line)
            }
            let task = process.current.flatMap { spec.tasks.indices.contains($0.task) ? $0.task : nil }
            if let status { return Self.end(status, at: task, killsBefore) }
            let now = HostClock.monotonicSeconds()
            if now - lastLook > Self.reportSeconds {
                lastLook = now
                // The submitter has removed the folder, so it no longer needs results.
                if spec.isGone { cancellation.set() }
            }
            if cancellation.isSet {
                process.kill()
                return .finished
            }
            if let task, let failure = process.excess() {
                process.kill()
                return .failed(failure, at: task)
            }
            usleep(UInt32(WorkerProcess.pollSeconds * 1e6))
        }
    }

    private static func end(_ status: Int32, at task: Int?, _ killsBefore: Int) -> End {
        if status == 0 { return .finished }
        let signal = status & 0x7F
        // A SIGTERM to all processes reaches this supervisor too, which handles it.
        if signal == SIGTERM { return .finished }
        if signal == SIGKILL, MemoryEvents.killCount > killsBefore {
            return .failed(
                AttemptFailure(
                    .outOfMemory, "It exceeded the memory limit of its element; raise execution.runner.memoryMiB."),
                at: task)
        }
        return .failed(WorkerProcess.failure(status), at: task)
    }

    private func show(_ line: [UInt8]) throws {
        try AtomicFile.writePrivate(line, to: own + "/progress")
        guard
            unsafe rename((own + "/progress").systemPath, (spec.folder + "/" + ElementReport.fileName).systemPath) == 0
        else { return }
    }
}
