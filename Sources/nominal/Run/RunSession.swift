import ArgumentParser
import Audit
import Console
import ContentStore
import Folders
import Foundation
import Host
import Jobs
import Manifests
import Pipeline
import Privacy
import Stages
import Tensors

/// The common parts of commands that execute a graph: store, executor, signals, progress and final messages.
struct RunSession {
    let store: ContentStore
    /// The meter of the tasks' cost.
    let meter: TaskMeter
    /// Resources that the tasks of this process share.
    let shared: SharedResources
    private let executor: Executor
    private let interruption: Interruption
    private let machine: MachineOptions
    private let reporting: ReportingOptions
    private let reporter: any RunReporter
    /// The folders that must contain the input files.
    private let folders: [NamedFolder]

    /// - Parameter finishesOnSignal: true lets a graph that runs come to its end after a signal.
    init(
        _ storeOptions: StoreOptions, _ machine: MachineOptions, keepGoing: Bool, _ reporting: ReportingOptions,
        subject: String, _ interruption: Interruption, folders: [NamedFolder], redaction: PathRedaction,
        policy: FailurePolicy = FailurePolicy(), memoryBytes: Int? = nil, checkedShare: Double = 0,
        finishesOnSignal: Bool = false,
        origin: (ContentStore) throws -> RunOrigin
    ) throws {
        self.folders = folders
        self.machine = machine
        self.reporting = reporting
        reporter = reporting.reporter
        self.interruption = interruption
        let pending = PendingCancellation()
        if finishesOnSignal {
            try interruption.start("stopping after the images that are being scored; a second signal stops at once") {}
        } else {
            try interruption.start { pending.cancel() }
        }
        store = try storeOptions.open()
        meter = TaskMeter(reporter)
        var options = ExecutorOptions(
            jobs: machine.jobCount, threads: machine.threadCount, cores: machine.coreCount, keepGoing: keepGoing,
            keyParts: Job.keyParts, command: redaction.command(PathText.arguments),
            versions: RunSession.versions, subject: subject)
        (options.policy, options.checkedShare, options.redaction) = (policy, checkedShare, redaction)
        options.memory = memoryBytes.map(MemoryLimit.init)
        if let memoryBytes { ProcessResources.limitMemory(toBytes: memoryBytes) }
        options.origin = try origin(store)
        shared = options.shared
        executor = Executor(store: store, options: options, observer: meter)
        pending.attach(executor)
    }

    /// Creates the session for a manifest, which sets the permitted folders and the redaction of paths.
    init(
        _ manifest: JobManifest, _ storeOptions: StoreOptions, _ machine: MachineOptions, keepGoing: Bool,
        _ reporting: ReportingOptions, subject: String, _ interruption: Interruption, output: String,
        checkedShare: Double = 0, recipe: RunRecipe, text: [UInt8]
    ) throws {
        let folders = try manifest.folders()
        let redaction = PathRedaction(manifest, folders: folders, others: [storeOptions.path, output])
        try self.init(
            storeOptions, machine, keepGoing: keepGoing, reporting, subject: subject, interruption, folders: folders,
            redaction: redaction, policy: FailurePolicy(manifest.execution),
            memoryBytes: manifest.execution.memoryBytes, checkedShare: checkedShare
        ) { store in
            try recipe.origin(of: manifest, text, redaction, in: store)
        }
    }

    static var versions: String {
        "nominal \(NominalVersion.current), oneDNN \(OneDNN.version) on \(OneDNN.instructionSet)"
    }

    /// Writes the cost of a run, unless no task ran.
    func writeTiming(_ job: Job, _ summary: ExecutionSummary, to folder: String) throws {
        guard summary.run > 0 else { return }
        let scoring = try scoringCost(job.graph, summary)
        try RunTiming(
            job, observed: meter.observed, seconds: summary.durationSeconds, threads: machine.threadCount,
            versions: Self.versions, scoring: scoring, history: store, folder: folder
        ).write(to: folder)
    }

    /// Measures the processor time of scoring, and writes it to standard error; nil if no image was scored.
    @discardableResult
    func scoringCost(_ graph: TaskGraph, _ summary: ExecutionSummary) throws -> RunTiming.Scoring? {
        let cost = try RunTiming.Scoring(graph, summary, observed: meter.observed, store)
        if let cost, !reporting.isQuiet { StandardError.write(cost.words) }
        return cost
    }

    /// Writes the lineage of the results, unless no task ran.
    func writeLineage(_ job: Job, _ summary: ExecutionSummary, to folder: String) throws {
        let isThere = try AtomicFile.exists(folder + "/" + LineageView.pageName)
        guard summary.run > 0 || !isThere, let keys = try store.taskKeys(summary.execution) else { return }
        let graph = try store.lineage(actions: keys.entries.map(\.key), .up, run: summary.execution)
        try LineageView(
            graph, title: "Lineage: \(job.name)",
            description:
                "How run \(summary.execution) of \(job.name) produced its results, back to the image files."
        ).write(to: folder)
    }

    /// Returns the digests of input files.
    func digests(_ paths: [String], verifyContent: Bool = false) throws -> [Digest] {
        let reporter = reporter
        return try store.sourceDigests(
            paths: paths, in: folders, threads: machine.threadCount, verifyContent: verifyContent
        ) {
            reporter.reading($0, of: $1)
        }
    }

    /// Allows detectors to run programs of the user, here and in worker processes; nil allows all programs.
    func allow(_ programs: [ExternalProgram]?) throws {
        let consent = shared(ExternalConsent.self)
        consent.allow(try programs?.map { try $0.digest })
        if let text = consent.text { unsafe setenv(ExternalConsent.variable, text, 1) }
    }

    func execute(_ graph: TaskGraph, worker: WorkerProgram? = nil) throws -> ExecutionSummary {
        try executor.run(graph, worker: worker)
    }

    /// Executes a graph and exports the files of `plan`. If the export finds a damaged or missing blob, the blob is
    /// recomputed first.
    ///
    /// - Parameter keepsEarlier: true keeps files of earlier exports that the plan lacks.
    func execute(
        _ graph: TaskGraph, worker: WorkerProgram? = nil, cluster: ClusterOptions? = nil,
        exportingTo folder: ExportFolder, isSatisfied: (@Sendable (ExecutionSummary) throws -> Bool)? = nil,
        keepsEarlier: Bool = false, _ plan: (ExecutionSummary) throws -> ExportPlan
    ) throws -> (summary: ExecutionSummary, exported: (written: Int, removed: Int)) {
        var repairs = 0
        while true {
            var summary: ExecutionSummary?
            do {
                let finished = try executor.run(graph, worker: worker, cluster: cluster, isSatisfied: isSatisfied)
                summary = finished
                return (
                    finished,
                    try folder.export(try plan(finished), from: store, isComplete: finished.isSuccess && !keepsEarlier)
                )
            } catch let error as StoreError where repairs < Self.repairLimit && summary?.isSuccess != false {
                switch error {
                case .missingBlob, .damagedBlob: StandardError.note("\(error)")
                default: throw error
                }
                repairs += 1
            }
        }
    }

    /// The maximum number of repairs, because a failing disk may damage files again and again.
    private static let repairLimit = 100

    /// Prints how a run ended, and throws an exit code unless it succeeded.
    func conclude(_ summary: ExecutionSummary, _ exported: (written: Int, removed: Int), _ folder: String) throws {
        report(summary)
        if !reporting.isQuiet {
            var text = work(summary) + "; \(exported.written) files written to \(folder)"
            if exported.removed > 0 { text += ", \(exported.removed) removed" }
            StandardError.write(text + " (\(ProgressDisplay.readable(summary.durationSeconds)))")
        }
        try end(summary)
    }

    /// Concludes a run that exports nothing.
    func conclude(_ summary: ExecutionSummary) throws {
        report(summary)
        if !reporting.isQuiet {
            StandardError.write(work(summary) + " (\(ProgressDisplay.readable(summary.durationSeconds)))")
        }
        try end(summary)
    }

    /// Prints warnings, errors and results that differ from earlier ones.
    private func report(_ summary: ExecutionSummary) {
        for warning in summary.warnings { StandardError.warning(warning.text, task: warning.task.path) }
        for failure in summary.failures { StandardError.error(failure.message, task: failure.task.path) }
        for difference in summary.differences { StandardError.error(difference.message, task: difference.task.path) }
        if summary.checkedCount > 0, !reporting.isQuiet {
            StandardError.write(
                "recomputed \(summary.checkedCount) stored results: \(summary.differences.count) differ"
            )
        }
        if summary.uncheckedCount > 0, !summary.isCancelled, !reporting.isQuiet {
            StandardError.write(
                "\(summary.uncheckedCount) more could not be recomputed: their inputs are no longer stored"
            )
        }
    }

    private func work(_ summary: ExecutionSummary) -> String {
        var text =
            summary.run == 0 && summary.isSuccess
            ? "nothing to do: all \(summary.total) tasks are cached"
            : "\(summary.run) tasks run, \(summary.cached) cached"
        if summary.failed > 0 { text += ", \(summary.failed) failed" }
        if summary.skipped > 0 { text += ", \(summary.skipped) not started" }
        return text
    }

    private func end(_ summary: ExecutionSummary) throws {
        if let code = interruption.exitCode, !summary.isSuccess { throw ExitCode(code) }
        if !summary.isSuccess || !summary.differences.isEmpty { throw ExitCode(ExitStatus.taskFailed.rawValue) }
    }
}

/// A cancellation that may be requested before the execution starts.
private final class PendingCancellation: @unchecked Sendable {
    private let lock = NSLock()
    private var executor: Executor?
    private var isCancelled = false

    func attach(_ executor: Executor) {
        lock.withLock {
            self.executor = executor
            if isCancelled { executor.cancel() }
        }
    }

    func cancel() {
        lock.withLock {
            isCancelled = true
            executor?.cancel()
        }
    }
}
