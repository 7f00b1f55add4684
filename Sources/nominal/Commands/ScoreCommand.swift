import AnomalyDetection
import ArgumentParser
import Audit
import ContentStore
import Datasets
import Folders
import Foundation
import Manifests
import Privacy
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

            Many machines may score one folder: each runs the command with --shard and the same
            --output, and a store of its own; when all have ended, --merge puts together what
            scoring in one go would have written, or says which shards are missing.

            Examples:
              nominal score --model runs/demo/models/wood.nominal incoming --output scored
              nominal score --model wood@production incoming
              nominal score --model wood@production --threshold 0.0123 incoming
              nominal score --model wood.nominal incoming --output scored --shard 3/16 --store shard.store
              nominal score --merge scored
            """)

    @Argument(
        help: "A folder of images; folders in it count too. With --merge, the folder that the shards were written to.",
        completion: .directory)
    var folder: String

    @Option(help: "The model: a file, or NAME@production.", completion: .file(extensions: ["nominal"]))
    var model: String?

    @Option(
        help: ArgumentHelp(
            "Score one part of so many of the images, counted from 1, into shard-I-of-N in the output folder.",
            valueName: "I/N"))
    var shard: Shard?

    @Flag(help: "Put the results of all shards together.")
    var merge = false

    @Option(
        name: .shortAndLong,
        help: "Folder for the results. Default: runs/score-FOLDER, or a longer name where that is taken.")
    var output: String?

    @Option(help: "The engine: onednn or openblas.")
    var engine: String?

    @Option(
        help: ArgumentHelp(
            "Mark verdicts as uncertain that other held-out images would change with a chance of exp(-tolerance); 0 marks none.",
            valueName: "tolerance"))
    var tolerance = VerdictConfidence.defaultTolerance

    @Option(
        help: ArgumentHelp(
            "Call scores from this value upwards anomalous. Default: what nominal models threshold has set, else the model's own.",
            valueName: "score"))
    var threshold: Float?

    @Flag(help: "Set damaged images aside and go on, instead of ending with an error.")
    var quarantine = false

    @OptionGroup var links: LinkOptions

    @OptionGroup var reporting: ReportingOptions

    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var machine: MachineOptions

    func validate() throws {
        guard merge || model != nil else {
            throw ValidationError("--model is missing: a model file, or NAME@production")
        }
        guard !merge || (model == nil && shard == nil && output == nil) else {
            throw ValidationError("--merge takes the folder of the shards, and no --model, --shard or --output")
        }
        if let engine, !["onednn", "openblas"].contains(engine) {
            throw ValidationError("--engine is \(engine); expected onednn or openblas")
        }
        if let threshold {
            guard !merge else {
                throw ValidationError("--threshold is for scoring; the shards were scored with theirs")
            }
            guard ChosenThreshold(threshold, origin: "") != nil else {
                throw ValidationError("--threshold is \(threshold); expected a finite number above 0")
            }
        }
        guard (0...700).contains(tolerance) else {
            throw ValidationError("--tolerance is \(tolerance); expected 0 to 700")
        }
    }

    func run() throws {
        try failing {
            if merge { return try mergeShards() }
            // Looked at first: what cannot be scored leaves no store and no folder behind.
            let source = ManifestPath(folder, relativeTo: NamedFolder.current)
            let choice = try ModelChoice(model ?? "", storeOptions)
            let network = choice.model
            let threshold = threshold.flatMap { ChosenThreshold($0, origin: "--threshold") } ?? choice.threshold
            let recipe = RunRecipe(
                .score, model: Digest.of(network.bytes), engine: engine, setsBadImagesAside: quarantine,
                tolerance: tolerance, followsLinks: links.followLinks, threshold: threshold)
            let all = try DatasetScan.images(below: source.absolute, followsLinks: links.followLinks)
            let category = shard?.images(of: all) ?? all
            let interruption = Interruption()
            for note in all.resultNotes { StandardError.note(note) }
            let usual = ScoreFolder(for: source)
            let base = try ExportFolder(
                path: output ?? usual.path, source: output == nil ? usual.source : nil,
                apartFrom: all.images.map(\.path))
            let target = try shard.map { try ExportFolder(path: base.path + "/" + $0.folderName) } ?? base
            func finishShard() throws {
                guard let shard else { return }
                try ShardRecord(
                    shard, of: all, model: Digest.of(network.bytes), engine: engine, tolerance: tolerance,
                    threshold: threshold, folder: target.path
                ).write(to: target.path)
            }
            if shard != nil {
                try ShardRecord.remove(from: target.path)
                if category.images.isEmpty {
                    try ShardRecord.writeEmpty(to: target.path)
                    try finishShard()
                    return print("scores: \(target.path)/scores.csv (no images: there are fewer than shards)")
                }
            }
            let redaction = PathRedaction(
                .relative, base: nil, named: [source.absolute], others: [storeOptions.path, target.path])
            let session = try RunSession(
                storeOptions, machine, keepGoing: false, reporting, subject: "score \(source.name)", interruption,
                folders: [NamedFolder(source.absolute, followsLinks: links.followLinks)],
                redaction: redaction
            ) { try recipe.origin(manifest: nil, file: redaction.path(folder), in: $0) }
            let job = try ScoringJob(
                model: network, category: category, engine: engine, setAsideBadImages: quarantine,
                tolerance: tolerance, threshold: threshold, store: session.store
            ) { try session.digests($0) }
            let (summary, exported) = try session.execute(job.graph, exportingTo: target) {
                try job.exports($0, session.store)
            }
            try session.conclude(summary, exported, target.path)
            try finishShard()
            if let threshold, !reporting.isQuiet {
                StandardError.note(
                    "verdicts by the threshold \(threshold.value) (\(threshold.origin)) in place of the model's own, "
                        + "\(network.calibration.threshold)")
            }
            print("scores: \(target.path)/scores.csv")
        }
    }

    private func mergeShards() throws {
        let shards = try ShardMerge(folder: folder)
        let reporter = reporting.reporter
        let count = try shards.write { reporter.reading($0, of: $1) }
        if count < shards.imageCount, !reporting.isQuiet {
            StandardError.note(
                "\(shards.imageCount - count) of \(shards.imageCount) images have no score: they were set aside")
        }
        print("scores: \(folder)/scores.csv")
    }
}

extension Shard: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
