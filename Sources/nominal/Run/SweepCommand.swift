import ArgumentParser
import Audit
import Console
import ContentStore
import Foundation
import Jobs
import Manifests
import Pipeline
import Wording

struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Search settings of a job and rank them without labels.",
        discussion: """
            A sweep names keys of a job manifest and the values to try. Tasks that trials share run once, and finished \
            tasks are reused. The ranking criterion uses held-out normal images and synthetic corruptions only. \
            Metrics of labelled test images are listed but do not affect the ranking.

            Results are written to runs/NAME: sweep.json, sweep.csv, sweep.html, and best.json, a job manifest with \
            the values of the best trial.

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

    @Flag(help: "Show the trials and their shared tasks; change nothing.")
    var dryRun = false

    @OptionGroup var reporting: ReportingOptions

    @OptionGroup var verification: VerificationOptions

    func run() throws {
        let file = manifest
        let text = try JobManifest.read(file)
        let manifest = try SweepManifest.parse(bytes: text, file: file)
        if dryRun { return try show(manifest) }
        let interruption = Interruption()
        var opened: (folder: ExportFolder, session: RunSession)?
        let sweep = try Sweep(manifest, backbones: storeOptions.backbones) { paths in
            // Create the folder only now: a missing data set must leave no store and no folder behind.
            let folder = try ExportFolder(path: output ?? "runs/\(manifest.name)", apartFrom: paths)
            // A failed trial does not affect the others, so the sweep continues.
            let session = try RunSession(
                try Sweep.job(of: manifest), storeOptions, machine, keepGoing: true, reporting,
                subject: "sweep \(manifest.name)", interruption, output: folder.path, recipe: RunRecipe(.sweep),
                text: text)
            opened = (folder, session)
            return try session.digests(paths, verifyContent: verification.readsContent)
        }
        guard let (folder, session) = opened else { fatalError("the sweep never requested digests of its files") }
        StandardError.tell(notes: sweep.notes, warnings: sweep.warnings)
        if manifest.job.execution.asksForOtherProcesses {
            StandardError.note(
                "\(manifest.job.name): trials run in this process; only the retries in \"execution\" apply"
            )
        }
        try session.allow(sweep.graph.programs)
        let summary = try session.execute(sweep.graph)
        // A partial ranking would look like a complete one.
        if summary.isCancelled { return try session.conclude(summary, (0, 0), folder.path) }
        let ranking = try SweepRanking(sweep, summary, session.store)
        let written = try ranking.write(to: folder.path)
        if !summary.isSuccess { show(ranking, folder.path) }
        try session.conclude(summary, (written, 0), folder.path)
        show(ranking, folder.path)
    }

    private func show(_ ranking: SweepRanking, _ folder: String) {
        print(SweepTable.text(ranking))
        if let caution = ranking.caution { StandardError.note("\(caution)") }
        print("page: \(folder)/sweep.html")
        if ranking.best != nil { print("best: \(folder)/best.json") }
    }

    /// Prints the trials and the number of tasks. A missing store is not created.
    private func show(_ manifest: SweepManifest) throws {
        let hasStore = try storeOptions.storeExists()
        let store = hasStore ? try storeOptions.open(.readOnly) : nil
        let sweep = try Sweep(manifest, backbones: storeOptions.backbones) {
            try storeOptions.inputDigests(
                $0, store, threads: machine.threadCount, verifyContent: verification.readsContent)
        }
        StandardError.tell(notes: sweep.notes, warnings: sweep.warnings)
        print(SweepTable.text(trials: sweep))
        let cached = try store.map { try Planner.plan(sweep.graph, store: $0, keyParts: Job.keyParts).cachedCount } ?? 0
        let sharing = sweep.sharing
        print(counted(sweep.trials.count, "trial") + ", " + counted(sweep.caseCount, "model"))
        print(
            counted(sweep.graph.count, "task") + " instead of \(sharing.apart) for separate trials; "
                + "\(sharing.shared) are shared by several trials")
        print("\(counted(sweep.graph.count - cached, "task")) to run, \(cached) cached")
    }
}

/// Text tables of the trials of a sweep.
enum SweepTable {
    /// Returns a table of the trials before they run.
    static func text(trials sweep: Sweep) -> String {
        let header = ["trial"] + sweep.manifest.parameters.map(\.pointer.description)
        return lines([header] + sweep.trials.map { [$0.name] + $0.values.map(\.readable) })
    }

    /// Returns the ranking, and below it the metrics of labelled test images.
    static func text(_ ranking: SweepRanking) -> String {
        let ranked = ranking.trials.filter { $0.rank != nil }
        let hasSeeds = ranked.contains { $0.seedSpread != nil }
        let hasCategories = ranked.contains { $0.categorySpread != nil }
        var header = ["rank", "trial", "criterion"]
        if hasSeeds { header.append("± seeds") }
        if hasCategories { header.append("± categories") }
        let rows = ranked.map { trial in
            var row = ["\(trial.rank ?? 0)", trial.trial.name, number(trial.criterion)]
            if hasSeeds { row.append(number(trial.seedSpread)) }
            if hasCategories { row.append(number(trial.categorySpread)) }
            return row + trial.trial.values.map(\.readable)
        }
        var blocks: [String] = []
        if !rows.isEmpty {
            blocks.append(lines([header + ranking.manifest.parameters.map(\.pointer.description)] + rows))
        }
        let failed = ranking.trials.filter { $0.rank == nil }
        if !failed.isEmpty {
            blocks.append(
                (["not ranked"]
                    + failed.map { trial in
                        "  \(trial.trial.name) (\(ranking.manifest.summary(of: trial.trial))): \(trial.failure ?? "")"
                    }).joined(separator: "\n"))
        }
        let measured = ranking.trials.filter { $0.record.imageAUROC != nil || $0.record.pixelAUROC != nil }
        if !measured.isEmpty {
            let table =
                [["trial", "image AUROC", "pixel AUROC"]]
                + measured.map {
                    [$0.trial.name, number($0.record.imageAUROC), number($0.record.pixelAUROC)]
                }
            blocks.append("\(SweepRanking.recordNote)\n\n\(lines(table))")
        }
        return blocks.joined(separator: "\n\n")
    }

    /// Returns right-aligned columns, two spaces apart.
    private static func lines(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    /// Returns four decimals, or four significant digits for very small and very large values.
    private static func number(_ value: Double?) -> String {
        guard let value else { return "-" }
        return String(format: value == 0 || (0.001..<10_000).contains(abs(value)) ? "%.4f" : "%.3e", value)
    }
}
