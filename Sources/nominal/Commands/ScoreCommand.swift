import AnomalyDetection
import ArgumentParser
import ContentStore
import Folders
import Foundation
import Manifests
import Stages
import Thresholds

struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Scores a folder of images with a finished model.",
        discussion: """
            Writes scores.csv, scores.json, anomaly_maps/ and overlays/, in the folders that the images lie in.

            MODEL is a model file, or a registered model: NAME or NAME@production, NAME@latest,
            NAME@3.

            Examples:
              nominal score --model runs/demo/models/wood.nominal incoming --output scored
              nominal score --model wood@production incoming
            """)

    @Argument(help: "A folder of images; folders in it count too.", completion: .directory)
    var folder: String

    @Option(help: "The model: a file, or NAME@production.", completion: .file(extensions: ["nominal"]))
    var model: String

    @Option(name: .shortAndLong, help: "Folder for the results. Default: runs/score-FOLDER.")
    var output: String?

    @Option(help: "The engine: onednn or openblas.")
    var engine: String?

    @Option(
        help: ArgumentHelp(
            "Mark verdicts as uncertain that other held-out images would change with a chance of exp(-tolerance); 0 marks none.",
            valueName: "tolerance"))
    var tolerance = VerdictConfidence.defaultTolerance

    @Flag(help: "Set damaged images aside and go on, instead of ending with an error.")
    var quarantine = false

    @OptionGroup var links: LinkOptions

    @OptionGroup var reporting: ReportingOptions

    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var machine: MachineOptions

    func validate() throws {
        if let engine, !["onednn", "openblas"].contains(engine) {
            throw ValidationError("--engine is \(engine); expected onednn or openblas")
        }
        guard (0...700).contains(tolerance) else {
            throw ValidationError("--tolerance is \(tolerance); expected 0 to 700")
        }
    }

    func run() throws {
        try failing {
            // Looked at first: what cannot be scored leaves no store and no folder behind.
            let source = ManifestPath(folder, relativeTo: FileManager.default.currentDirectoryPath)
            let network = try ModelChoice.load(model, storeOptions)
            let recipe = RunRecipe(
                .score, model: Digest.of(network.bytes), engine: engine, setsBadImagesAside: quarantine,
                tolerance: tolerance, followsLinks: links.followLinks)
            let category = try DatasetScan.images(below: source.absolute, followsLinks: links.followLinks)
            let interruption = Interruption()
            let target = try ExportFolder(path: output ?? "runs/score-\(source.name)")
            let redaction = PathRedaction(
                .relative, base: nil, named: [source.absolute], others: [storeOptions.path, target.path])
            let session = try RunSession(
                storeOptions, machine, keepGoing: false, reporting, subject: "score \(source.name)", interruption,
                folders: [NamedFolder(source.absolute, followsLinks: links.followLinks)],
                redaction: redaction
            ) { try recipe.origin(manifest: nil, file: redaction.path(folder), in: $0) }
            let job = try ScoringJob(
                model: network, category: category, engine: engine, setAsideBadImages: quarantine,
                tolerance: tolerance, store: session.store
            ) { try session.digests($0) }
            let (summary, exported) = try session.execute(job.graph, exportingTo: target) {
                try job.exports($0, session.store)
            }
            try session.conclude(summary, exported, target.path)
            print("scores: \(target.path)/scores.csv")
        }
    }
}
