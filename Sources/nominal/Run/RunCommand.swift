import AnomalyDetection
import ArgumentParser
import Audit
import Console
import ContentStore
import Jobs
import Manifests
import Metrics
import Pipeline
import Stages
import Wording

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a job: ingest, training, scoring, metrics, report.",
        discussion: """
            Finished tasks are reused. An interrupted or killed run resumes where it stopped. Results go to runs/NAME: \
            metrics.json, scores.csv, report.html, anomaly_maps/, overlays/, models/.

            Examples:
              nominal run jobs/demo.json
              nominal run jobs/toothbrush.json --output /srv/results/toothbrush
              nominal run jobs/demo.json --open
              nominal run jobs/demo.json --dry-run
              nominal run jobs/demo.json --check 5%
              nominal run jobs/demo.json --runner slurm
            """)

    @Argument(help: "The job manifest.", completion: .file(extensions: ["json"]))
    var manifest: String

    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var machine: MachineOptions

    @Option(name: .shortAndLong, help: "Folder for the results. Default: runs/NAME.")
    var output: String?

    @Flag(help: "Continue with tasks that do not depend on a failed one.")
    var keepGoing = false

    @Flag(help: "Show what would run and why; change nothing.")
    var dryRun = false

    @Flag(help: "Open the report in the browser of the desktop when the run has ended.")
    var open = false

    @Option(
        help: ArgumentHelp(
            "Where to run tasks: local or slurm. Default: execution.runner of the manifest.",
            discussion: "The manifest's execution.runner also has the partition, memory and time for Slurm.",
            valueName: "kind"))
    var runner: RunnerSection.Kind?

    @OptionGroup var reporting: ReportingOptions

    @Option(help: ArgumentHelp("Also write the dependencies of the results as a Makefile rule.", valueName: "file"))
    var depfile: String?

    @OptionGroup var verification: VerificationOptions

    @Option(
        help: ArgumentHelp(
            "Recompute this share of the stored results and compare, such as 5%; always the same ones.",
            discussion: "A difference is an error and is recorded in the store; the stored result stays.",
            valueName: "share"))
    var check: Percentage?

    func run() throws {
        let file = manifest
        let text = try JobManifest.read(file)
        let manifest = try JobManifest.parse(bytes: text, file: file)
        let usesSlurm = (runner ?? manifest.execution.runner.kind) == .slurm
        if usesSlurm, check != nil {
            throw ValidationError("--check works on this machine only; add --runner local")
        }
        if dryRun {
            guard check == nil else {
                throw ValidationError("--check recomputes results, and --dry-run does not; remove one of them")
            }
            return try PlanCommand.show(manifest, storeOptions, machine, verifyContent: verification.readsContent) {
                plan, _ in
                PlanView.list(plan, all: false)
                PlanView.total(plan)
            }
        }
        let interruption = Interruption()
        var opened: (folder: ExportFolder, session: RunSession)?
        var rule: MakeRule?
        let job = try Job(manifest, backbones: storeOptions.backbones) { paths in
            // Check first: a name that make cannot express must stop the run before it creates anything.
            if depfile != nil { rule = try makeRule(manifest, paths) }
            // Create the folder only now: a missing data set must leave no store and no folder behind.
            let folder = try ExportFolder(path: folderPath(manifest), apartFrom: paths)
            let session = try RunSession(
                manifest, storeOptions, machine, keepGoing: keepGoing, reporting, subject: manifest.name,
                interruption, output: folder.path, checkedShare: check?.share ?? 0,
                recipe: RunRecipe(.run), text: text)
            opened = (folder, session)
            return try session.digests(paths, verifyContent: verification.readsContent)
        }
        guard let (folder, session) = opened else { fatalError("the job never requested digests of its files") }
        StandardError.tell(notes: job.notes, warnings: job.warnings)
        try session.allow(job.graph.programs)
        let (summary, exported) = try session.execute(
            job.graph, worker: manifest.execution.needsWorkers ? .worker : nil,
            cluster: usesSlurm ? ClusterOptions(manifest.execution.runner) : nil, exportingTo: folder,
            isSatisfied: { [store = session.store] in try job.requirements($0, store).allSatisfy(\.isMet) }
        ) {
            try ExportPlan(job, $0, session.store)
        }
        try session.writeTiming(job, summary, to: folder.path)
        try session.writeLineage(job, summary, to: folder.path)
        if let depfile, let rule { try AtomicFile.write(rule.bytes, to: depfile, onlyIfChanged: true) }
        if let training = session.shared(InputMeter.self).training, !reporting.isQuiet {
            let share = (training.waitingShare * 1000).rounded() / 10
            StandardError.write(
                "\(training.steps) training steps in \(ProgressDisplay.readable(training.totalSeconds)), "
                    + "\(share) % of it waiting for input")
        }
        try session.conclude(summary, exported, folder.path)
        try showMetrics(job, folder.path)
        let missed = try job.requirements(summary, session.store).filter { !$0.isMet }
        for outcome in missed { StandardError.error("\(outcome.complaint)") }
        if !missed.isEmpty { throw ExitCode(ExitStatus.taskFailed.rawValue) }
    }

    private func showMetrics(_ job: Job, _ folder: String) throws {
        let bytes = try AtomicFile.read(folder + "/metrics.json", limitBytes: ResultFiles.listLimitBytes)
        let metrics = try StrictJSON.decode(MetricsSummary.self, from: bytes)
        if metrics.categories.values.contains(where: { $0.images.normal + $0.images.anomalous > 0 }) {
            print(MetricsTable.text(metrics, order: job.cases.map(\.name)))
        } else {
            try showVerdicts(job, folder)
        }
        print("report: \(folder)/report.html")
        if open { ReportViewer.open(folder + "/report.html") }
    }

    /// Prints what a job without labelled test images has instead of metrics: verdicts, or the thresholds of its
    /// models.
    private func showVerdicts(_ job: Job, _ folder: String) throws {
        if let verdicts = try ScoreSummary(of: folder, hasCategories: true) { return print(verdicts.text) }
        let models = job.cases.map { "\(folder)/models/\($0.name).nominal" }
        for path in models {
            let model = try Model(bytes: try AtomicFile.read(path, limitBytes: Model.maximumFileBytes), name: path)
            print("\(path): trained; threshold \(model.calibration.threshold)")
        }
        if models.count == 1 {
            print("next: nominal score --model \(ShellWord.quoted(models[0])) FOLDER_OF_NEW_IMAGES")
        }
    }

    private func folderPath(_ manifest: JobManifest) -> String { output ?? "runs/\(manifest.name)" }

    private func makeRule(_ manifest: JobManifest, _ paths: [String]) throws -> MakeRule {
        // Other files beside a file of annotations mean nothing.
        let annotations = Set(try manifest.cases().compactMap { $0.manifest.dataset.groundTruth?.file.absolute })
        let folders = Set(
            paths.filter { !annotations.contains($0) }.map { $0[..<($0.lastIndex(of: "/") ?? $0.startIndex)] }
                .filter { !$0.isEmpty })
        return try MakeRule(
            target: folderPath(manifest) + "/metrics.json", files: [self.manifest] + paths,
            folders: folders.sorted().map(String.init))
    }
}

extension RunnerSection.Kind: ExpressibleByArgument {}
