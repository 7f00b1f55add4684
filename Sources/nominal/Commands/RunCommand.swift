import ArgumentParser
import Audit
import ContentStore
import Foundation
import Jobs
import Manifests
import Metrics
import Pipeline
import Slurm
import Stages

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Does what a manifest asks for: ingest, training, scoring, metrics, report.",
        discussion: """
            What is already done is not done again; a run that was interrupted or killed goes on where it stopped.
            Results are exported to runs/NAME: metrics.json, scores.csv, report.html, anomaly_maps/, overlays/, models/.

            Examples:
              nominal run jobs/demo.json
              nominal run jobs/toothbrush.json --output /srv/results/toothbrush
              nominal run jobs/demo.json --dry-run
              nominal run jobs/demo.json --check 5%
              nominal run jobs/demo.json --runner slurm
            """)

    @Argument(help: "The job manifest.", completion: .file(extensions: ["json"]))
    var manifest: String

    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var machine: MachineOptions

    @Option(name: .shortAndLong, help: "Folder for the exported results. Default: runs/NAME.")
    var output: String?

    @Flag(help: "Go on with tasks that do not depend on a failed one.")
    var keepGoing = false

    @Flag(help: "Show what would run and why, and change nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Where tasks are computed: local or slurm. Default: as the manifest says.",
            discussion: "What Slurm is asked for is in the manifest, in execution.runner.", valueName: "kind"))
    var runner: RunnerSection.Kind?

    @OptionGroup var reporting: ReportingOptions

    @Option(help: ArgumentHelp("Also write what the results depend on, in the syntax of make.", valueName: "file"))
    var depfile: String?

    @OptionGroup var verification: VerificationOptions

    @Option(
        help: ArgumentHelp(
            "Compute this share of the stored results again and compare, such as 5%; always the same ones.",
            discussion: "A difference is an error, noted in the store's ledger; the stored result stays.",
            valueName: "share"))
    var check: Percentage?

    func run() throws {
        try failing {
            let file = manifest
            let text = try JobManifest.read(file)
            let manifest = try JobManifest.parse(bytes: text, file: file)
            let usesSlurm = (runner ?? manifest.execution.runner.kind) == .slurm
            if usesSlurm, check != nil {
                throw ValidationError("--check computes on this machine; run it without Slurm, with --runner local")
            }
            if dryRun {
                return try PlanCommand.show(manifest, storeOptions, machine, verifyContent: verification.readsContent) {
                    plan, _ in
                    PlanView.list(plan, all: false)
                    PlanView.total(plan)
                }
            }
            let interruption = Interruption()
            var opened: (folder: ExportFolder, session: RunSession)?
            var rule: MakeRule?
            let job = try Job(manifest) { paths in
                // Before there is anything that a name could spoil.
                if depfile != nil { rule = try makeRule(manifest, paths) }
                // Only now: a data set that is not there leaves no store and no folder behind.
                let folder = try ExportFolder(path: folderPath(manifest), apartFrom: paths)
                let session = try RunSession(
                    manifest, storeOptions, machine, keepGoing: keepGoing, reporting, subject: manifest.name,
                    interruption, output: folder.path, checkedShare: check?.share ?? 0,
                    recipe: RunRecipe(.run), text: text)
                opened = (folder, session)
                return try session.digests(paths, verifyContent: verification.readsContent)
            }
            guard let (folder, session) = opened else { fatalError("a job did not ask for the digests of its files") }
            StandardError.tell(notes: job.notes, warnings: job.warnings)
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
            try showFigures(job, summary, session.store, folder.path)
            let missed = try job.requirements(summary, session.store).filter { !$0.isMet }
            for outcome in missed { StandardError.error("\(outcome.complaint)") }
            if !missed.isEmpty { throw ExitCode(ExitStatus.taskFailed.rawValue) }
        }
    }

    private func showFigures(_ job: Job, _ summary: ExecutionSummary, _ store: ContentStore, _ folder: String) throws {
        let bytes = try AtomicFile.read(folder + "/metrics.json")
        let metrics = try StrictJSON.decode(MetricsSummary.self, from: bytes)
        print(FiguresTable.text(metrics, order: job.cases.map(\.name)))
        print("report: \(folder)/report.html")
    }

    private func folderPath(_ manifest: JobManifest) -> String { output ?? "runs/\(manifest.name)" }

    private func makeRule(_ manifest: JobManifest, _ paths: [String]) throws -> MakeRule {
        let folders = Set(paths.map { $0[..<($0.lastIndex(of: "/") ?? $0.startIndex)] }.filter { !$0.isEmpty })
        return try MakeRule(
            target: folderPath(manifest) + "/metrics.json", files: [self.manifest] + paths,
            folders: folders.sorted().map(String.init))
    }
}
