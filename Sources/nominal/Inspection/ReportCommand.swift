import ArgumentParser
import Console
import ContentStore
import Jobs
import Manifests
import Metrics
import ModelRegistry
import Reports
import Retraining
import Stages

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a page of all runs, nights and models.",
        discussion: """
            Lists the results in a folder with their figures and links to their reports, the models in production, the \
            nights with their trends, and the runs of the store. The page is one file without scripts. Copy it with the \
            folder to any web server.

            Examples:
              nominal report --all
              nominal report --all --runs /srv/results --open
            """)

    @Flag(help: "List everything; required, as a run writes its own report.")
    var all = false

    @Option(help: "The folder with the results of runs; the page is its index.html.", completion: .directory)
    var runs = "runs"

    @Flag(help: "Open the page in the browser of the desktop.")
    var open = false

    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        guard all else { throw ValidationError("--all is missing; the report of one run is runs/NAME/report.html") }
    }

    func run() throws {
        guard try AtomicFile.isFolder(runs) else { throw ReportError.noFolder(runs) }
        let store = try storeOptions.storeExists() ? storeOptions.open(.readOnly) : nil
        let page = OverviewPage.render(try Overview(runs: runs, store))
        _ = try AtomicFile.write(Array(page.utf8), to: runs + "/index.html", onlyIfChanged: true)
        print("report: \(runs)/index.html")
        if open { ReportViewer.open(runs + "/index.html") }
    }
}

enum ReportError: ErrorWithExitStatus, CustomStringConvertible {
    case noFolder(String)

    var exitStatus: ExitStatus { .inputMissing }

    var description: String {
        switch self {
        case .noFolder(let path): "\(path): there is no such folder of results; run a job first, or name it with --runs"
        }
    }
}

extension Overview {
    /// The number of runs of the history that the page lists.
    private static let runLimit = 500

    /// - Parameter store: nil without a store.
    fileprivate init(runs folder: String, _ store: ContentStore?) throws {
        let names = try AtomicFile.names(in: folder)
        let models = try store?.models() ?? []
        let modelNames = Set(models.map(\.name)).sorted()
        let nights = try modelNames.map { name in
            (name, try store?.nights(of: name).map { ($0, Self.job($0, store)) } ?? [])
        }
        let jobs = Set(nights.flatMap { $0.1.compactMap(\.1) })
        self.init(
            title: "All runs",
            results: try names.compactMap { try Self.results($0, in: folder) },
            production: try modelNames.compactMap { name in
                try store?.promotions(of: name).last.map { promotion in
                    Production(
                        model: "\(promotion.model.reference)", since: Timestamp.text(promotion.decidedAt),
                        decidedBy: promotion.decidedBy, reason: promotion.reason)
                }
            },
            nights: try nights.filter { !$0.1.isEmpty }.map { name, nights in
                Nights(
                    model: name,
                    nights: try nights.map { night, job in
                        let pages = try names.filter {
                            try AtomicFile.exists("\(folder)/\($0)/\(Self.page(of: night))")
                        }
                        // The page lies in the results of the job, or in another output folder. Then no other job may
                        // have a page of that date there.
                        let others = pages.filter { !jobs.contains($0) }
                        let home = pages.first { $0 == job } ?? (others.count == 1 ? others[0] : nil)
                        return Self.night(night, report: home.map { "\($0)/\(Self.page(of: night))" }, store)
                    })
            },
            runs: try store?.executions(limit: Self.runLimit).map { record in
                Run(
                    number: "\(record.number)", startedAt: Timestamp.text(record.startedAt),
                    outcome: RunText.outcome(record), tasks: record.counts.map(RunText.counts) ?? "",
                    command: record.command)
            } ?? [],
            generatedBy: [Fact(label: "Nominal", value: NominalVersion.current)])
    }

    /// Nil if the folder has no report or no figures, as one of scores.
    private static func results(_ name: String, in folder: String) throws -> Results? {
        let path = "\(folder)/\(name)"
        guard try AtomicFile.exists(path + "/report.html"), try AtomicFile.exists(path + "/metrics.json") else {
            return nil
        }
        let file = path + "/metrics.json"
        let metrics: MetricsSummary
        do {
            let bytes = try AtomicFile.read(file, limitBytes: ResultFiles.listLimitBytes)
            metrics = try StrictJSON.decode(MetricsSummary.self, from: bytes, file: file)
        } catch {
            StandardError.warning("\(file) is not the figures of a run and is left out: \(error)")
            return nil
        }
        return Results(
            name: name, report: "\(name)/report.html", categories: metrics.categories.count,
            imageAUROC: metrics.mean.imageAUROC, pixelAUROC: metrics.mean.pixelAUROC, aupro: metrics.mean.aupro.at03)
    }

    /// The name of the job of a night, from its manifest; nil if that is gone.
    private static func job(_ night: ModelRegistry.Night, _ store: ContentStore?) -> String? {
        struct Heading: Decodable { let name: String }
        let manifest = try? store?.read(night.manifest)
        return manifest.flatMap { try? StrictJSON.decode(Heading.self, from: $0, file: "the manifest") }?.name
    }

    /// The report of a night in the results of its job.
    private static func page(of night: ModelRegistry.Night) -> String { "nights/\(night.label)/report.html" }

    private static func night(_ night: ModelRegistry.Night, report: String?, _ store: ContentStore?) -> Night {
        // The garbage collection may have removed it.
        let bytes = night.verdict.flatMap { try? store?.read($0) }
        let verdict = bytes.flatMap { try? Verdict(bytes: $0) }
        return Night(
            label: night.label, state: night.state.rawValue, outcome: NightSummary.outcome(night), report: report,
            figures: (verdict?.criteria ?? []).filter { $0.against == nil }.map { ($0.name, $0.challenger) })
    }
}
