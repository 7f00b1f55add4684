import ArgumentParser
import Audit
import ContentStore
import Folders
import Foundation
import Jobs
import Manifests
import Pipeline

struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Searches for the settings of a job, and ranks them without any label.",
        discussion: """
            A sweep names keys of a job's manifest and what to try for each. Every trial
            is run; what trials share is computed once, and what is done already is not
            done again. Trials are ranked by a criterion that is computed from held-out
            normal images and synthetic corruptions. Metrics of labelled test images are
            listed for the record and take no part.

            Results are written to runs/NAME: sweep.json, sweep.csv, sweep.html, and
            best.json, the job's manifest with the values of the best trial.

            Examples:
              nominal sweep jobs/sweep.json --dry-run
              nominal sweep jobs/sweep.json
              nominal run runs/sweep/best.json
            """)

    @Argument(help: "The sweep manifest.", completion: .file(extensions: ["json"]))
    var manifest: String

    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var machine: MachineOptions

    @Option(name: .shortAndLong, help: "Folder for the results. Default: runs/NAME.")
    var output: String?

    @Flag(help: "Show the trials and how many tasks they share, and change nothing.")
    var dryRun = false

    @OptionGroup var reporting: ReportingOptions

    @OptionGroup var verification: VerificationOptions

    func run() throws {
        try failing {
            let file = manifest
            let text = try JobManifest.read(file)
            let manifest = try SweepManifest.parse(bytes: text, file: file)
            if dryRun { return try show(manifest) }
            let interruption = Interruption()
            var opened: (folder: ExportFolder, session: RunSession)?
            let sweep = try Sweep(manifest) { paths in
                // Only now: a data set that is not there leaves no store and no folder behind.
                let folder = try ExportFolder(path: output ?? "runs/\(manifest.name)", apartFrom: paths)
                // A trial that fails says something about its settings, and nothing about the other trials.
                let session = try RunSession(
                    try Sweep.job(of: manifest), storeOptions, machine, keepGoing: true, reporting,
                    subject: "sweep \(manifest.name)", interruption, output: folder.path, recipe: RunRecipe(.sweep),
                    text: text)
                opened = (folder, session)
                return try session.digests(paths, verifyContent: verification.readsContent)
            }
            guard let (folder, session) = opened else { fatalError("a sweep did not ask for the digests of its files") }
            StandardError.tell(notes: sweep.notes, warnings: sweep.warnings)
            if manifest.job.execution.asksForOtherProcesses {
                StandardError.note(
                    "\(manifest.job.name): limits, isolation and the runner of \"execution\" are for nominal run; the trials run "
                        + "in this process, with the retries of \"execution\"")
            }
            let summary = try session.execute(sweep.graph)
            // A ranking of those trials that happened to be done would be taken for one of all.
            if summary.isCancelled { return try session.conclude(summary, (0, 0), folder.path) }
            let ranking = try SweepRanking(sweep, summary, session.store)
            let written = try ranking.write(to: folder.path)
            if !summary.isSuccess { show(ranking, folder.path) }
            try session.conclude(summary, (written, 0), folder.path)
            show(ranking, folder.path)
        }
    }

    private func show(_ ranking: SweepRanking, _ folder: String) {
        print(SweepTable.text(ranking))
        if let caution = ranking.caution { StandardError.note("\(caution)") }
        print("page: \(folder)/sweep.html")
        if ranking.best != nil { print("best: \(folder)/best.json") }
    }

    /// Prints the trials and the tasks. A store that is not there yet is not created.
    private func show(_ manifest: SweepManifest) throws {
        let hasStore = try AtomicFile.exists(storeOptions.path + "/store.sqlite")
        let store = hasStore ? try storeOptions.open(.readOnly) : nil
        let sweep = try Sweep(manifest) { paths in
            if let store { return try store.sourceDigests(paths: paths, verifyContent: verification.readsContent) }
            return try paths.map { try Digest.of(filePath: $0) }
        }
        StandardError.tell(notes: sweep.notes, warnings: sweep.warnings)
        print(SweepTable.text(trials: sweep))
        let done = try store.map { try Planner.plan(sweep.graph, store: $0, keyParts: Job.keyParts).cachedCount } ?? 0
        let sharing = sweep.sharing
        print("\(sweep.trials.count) trials, \(sweep.caseCount) models")
        print(
            "\(sweep.graph.count) tasks, where trials apart would have \(sharing.apart); "
                + "\(sharing.shared) of them serve several trials")
        print("\(sweep.graph.count - done) tasks to run, \(done) done already")
    }
}
