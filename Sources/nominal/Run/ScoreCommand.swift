import AnomalyDetection
import ArgumentParser
import Audit
import Console
import ContentStore
import Datasets
import Folders
import Jobs
import Manifests
import NeuralNetworks
import Privacy
import Stages
import VerdictStatistics

struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Score a folder of images with a trained model.",
        discussion: """
            Writes scores.csv, scores.json, anomaly_maps/ and overlays/; maps and overlays keep the subfolders of the \
            images.

            MODEL is a model file or a registered model: NAME, NAME@production, NAME@latest or NAME@3.

            To score one folder on several machines, run the command on each with --shard, the same --output, and a \
            separate store. Afterwards --merge combines the shards into the results of a single run, or lists the \
            missing shards.

            Examples:
              nominal score --model runs/demo/models/wood.nominal incoming --output scored
              nominal score --model wood@production incoming
              nominal score --model wood@production --threshold 0.0123 incoming
              nominal score --model wood.nominal incoming --output scored --shard 3/16 --store shard.store
              nominal score --merge scored
              nominal score --model wood@production incoming --json --no-maps --no-overlays
              nominal score --model wood@production incoming --watch --output scored
            """)

    @Argument(
        help: "A folder of images and subfolders. With --merge, the output folder of the shards.",
        completion: .directory)
    var folder: String

    @Option(help: "The model: a file, or a name such as wood@production.", completion: .file(extensions: ["nominal"]))
    var model: String?

    @Option(
        help: ArgumentHelp(
            "Score part I of N of the images into shard-I-of-N in the output folder; I counts from 1.",
            valueName: "I/N"))
    var shard: Shard?

    @Flag(help: "Combine the results of all shards.")
    var merge = false

    @Option(
        name: .shortAndLong,
        help: "Folder for the results. Default: runs/score-FOLDER, or a longer name if that is taken.")
    var output: String?

    @Option(help: "The engine: onednn or openblas.")
    var engine: String?

    @Option(
        help: ArgumentHelp(
            "Mark verdicts that change with probability exp(-tolerance) for other held-out images; 0 marks none.",
            valueName: "tolerance"))
    var tolerance = VerdictConfidence.defaultTolerance

    @Option(
        // Scores of some detectors are negative.
        parsing: .unconditional,
        help: ArgumentHelp(
            "The lowest anomalous score. Default: set by nominal models threshold, else the model's own.",
            valueName: "score"))
    var threshold: Float?

    @Option(
        help: ArgumentHelp(
            "Folder of a mask for each image, with its path and name. For models with such regions of interest.",
            valueName: "folder"),
        completion: .directory)
    var regions: String?

    @Flag(help: "Skip damaged images instead of stopping with an error.")
    var quarantine = false

    @Flag(help: "Write the verdict of each image to standard output as a line of JSON, as soon as it is known.")
    var json = false

    @Flag(
        help: ArgumentHelp(
            "Score images as they arrive in the folder, until a signal ends the program.",
            discussion:
                "Damaged images are reported and skipped. The output folder's scores.jsonl records finished images."))
    var watch = false

    @Option(
        help: ArgumentHelp(
            "With --watch: score a file that has not changed for this time, in seconds.", valueName: "seconds"))
    var settle = 0.5

    @Flag(name: .customLong("no-maps"), help: "Write no anomaly maps.")
    var omitsMaps = false

    @Flag(name: .customLong("no-overlays"), help: "Write no overlays.")
    var omitsOverlays = false

    @OptionGroup var links: LinkOptions
    @OptionGroup var programs: ProgramOptions

    @OptionGroup var reporting: ReportingOptions

    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var machine: MachineOptions

    func validate() throws {
        guard merge || model != nil else {
            throw ValidationError("--model is missing: a model file, or NAME@production")
        }
        guard !merge || (model == nil && shard == nil && output == nil) else {
            throw ValidationError("--merge takes the folder of the shards; remove --model, --shard and --output")
        }
        if let engine, NetworkEngine.Kind(rawValue: engine) == nil {
            throw ValidationError("--engine is \(engine); expected onednn or openblas")
        }
        if let threshold {
            guard !merge else {
                throw ValidationError("--threshold cannot change shards that are already scored; remove it")
            }
            guard ChosenThreshold(threshold, origin: "") != nil else {
                throw ValidationError("--threshold is \(threshold); expected a finite number")
            }
        }
        guard regions == nil || !(merge || watch) else {
            throw ValidationError("--regions takes no watched or merged folder; remove --watch or --merge")
        }
        guard !watch || !(merge || shard != nil) else {
            throw ValidationError("--watch takes no part of a folder; remove --shard or --merge")
        }
        guard (0...3600).contains(settle) else {
            throw ValidationError("--settle is \(settle); expected 0 to 3600 seconds")
        }
        guard !merge || !(json || omitsMaps || omitsOverlays || quarantine || engine != nil) else {
            throw ValidationError(
                "--merge combines what shards wrote; remove --json, --no-maps, --no-overlays, --quarantine and --engine"
            )
        }
        guard (0...700).contains(tolerance) else {
            throw ValidationError("--tolerance is \(tolerance); expected 0 to 700")
        }
    }

    func run() throws {
        if merge { return try mergeShards() }
        // Check first: invalid input must leave no store and no folder behind.
        let source = ManifestPath(folder, relativeTo: NamedFolder.current)
        let choice = try ModelChoice(model ?? "", storeOptions)
        let network = choice.model
        let threshold = threshold.flatMap { ChosenThreshold($0, origin: "--threshold") } ?? choice.threshold
        let recipe = RunRecipe(
            .score, model: Digest.of(network.bytes), engine: engine, setsBadImagesAside: quarantine,
            tolerance: tolerance, followsLinks: links.followLinks, threshold: threshold,
            omitsMaps: omitsMaps ? true : nil, omitsOverlays: omitsOverlays ? true : nil, watches: watch ? true : nil)
        let regionFolder = try regionFolder(network)
        if watch { return try watchFolder(source, network, threshold, recipe) }
        var all = try DatasetScan.images(below: source.absolute, followsLinks: links.followLinks)
        if let regionFolder { try RegionMasks(regionFolder).assign(to: &all.images) }
        let category = shard?.images(of: all) ?? all
        let interruption = Interruption()
        for note in all.resultNotes { StandardError.note(note) }
        let usual = ScoreFolder(for: source)
        let base = try ExportFolder(
            path: output ?? usual.path, source: output == nil ? usual.source : nil,
            apartFrom: all.images.map(\.path) + all.images.compactMap(\.regionPath))
        let target = try shard.map { try ExportFolder(path: base.path + "/" + $0.folderName) } ?? base
        if shard != nil {
            try ShardRecord.remove(from: target.path)
            if category.images.isEmpty {
                try ShardRecord.writeEmpty(to: target.path)
                try finishShard(of: all, network, threshold, in: target.path)
                return print("scores: \(target.path)/scores.csv (no images: there are fewer images than shards)")
            }
        }
        let redaction = PathRedaction(
            .relative, base: nil, named: [source.absolute], others: [storeOptions.path, target.path])
        let session = try RunSession(
            storeOptions, machine, keepGoing: false, reporting, subject: "score \(source.name)", interruption,
            folders: [NamedFolder(source.absolute, followsLinks: links.followLinks)]
                + [regionFolder].compactMap(\.self), redaction: redaction
        ) { try recipe.origin(manifest: nil, file: redaction.path(folder), in: $0) }
        if programs.allowExternal { try session.allow(nil) }
        let job = try ScoringJob(
            model: network, category: category, engine: engine, setAsideBadImages: quarantine,
            tolerance: tolerance, threshold: threshold, maps: !omitsMaps, overlays: !omitsOverlays,
            threads: machine.threadCount, store: session.store
        ) { try session.digests($0) }
        let lines =
            try json
            ? ScoreLines(of: network, threshold: threshold, tolerance: tolerance, isJSON: true) : nil
        if let lines { session.shared(ScoreListener.self).listen { lines.write($0) } }
        let (summary, exported) = try session.execute(job.graph, exportingTo: target) {
            // Results of an earlier run, which no task reports.
            if let lines {
                for entry in try job.scores($0, session.store) { lines.write(.scored(entry)) }
                for image in try job.rejected($0, session.store) { lines.write(.rejected(image)) }
            }
            return try job.exports($0, session.store)
        }
        try session.scoringCost(job.graph, summary)
        try session.conclude(summary, exported, target.path)
        try finishShard(of: all, network, threshold, in: target.path)
        try tell(target.path, threshold, network)
    }

    /// Prints where the results lie, and the most anomalous images.
    private func tell(_ target: String, _ threshold: ChosenThreshold?, _ network: Model) throws {
        if let threshold, !reporting.isQuiet {
            StandardError.note(
                "verdicts use the threshold \(threshold.value) (\(threshold.origin)) instead of the model's own, "
                    + "\(network.calibration.threshold)")
        }
        if json {
            if !reporting.isQuiet { StandardError.write("scores: \(target)/scores.csv") }
            return
        }
        if let verdicts = try ScoreSummary(of: target, hasCategories: false) { print(verdicts.text) }
        print("scores: \(target)/scores.csv")
    }

    /// The folder of masks for a model that needs one for each image; nil for other models.
    private func regionFolder(_ model: Model) throws -> NamedFolder? {
        guard model.region?.kind == .masks else {
            guard regions == nil else {
                throw ValidationError("--regions: the model has no region of interest for each image; remove --regions")
            }
            return nil
        }
        guard let regions else {
            throw ValidationError(
                "the model needs a mask of the region of interest for each image; give their folder with --regions"
                    + (watch ? ", without --watch" : ""))
        }
        return NamedFolder(
            ManifestPath(regions, relativeTo: NamedFolder.current).absolute, followsLinks: links.followLinks)
    }
}
