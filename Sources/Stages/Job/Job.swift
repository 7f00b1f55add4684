import AnomalyDetection
import ContentStore
import Manifests
import Pipeline
import Reports

/// A manifest as a task graph, with the knowledge of which task makes what.
public struct Job: Sendable {
    /// One category with one set of parameters and one seed.
    public struct Case: Sendable {
        /// The category, followed by `.VARIANT.seedN` where the manifest asks for several.
        public var name: String
        var category: String
        /// "" in a manifest without variants.
        var variant: String
        var recipe: TrainingRecipe
        var select: TaskID
        /// By training shard.
        var corruptions: [TaskID]
        var calibrate, assess, metrics: TaskID
        var overlays: [TaskID]
    }

    public let name: String
    public let graph: TaskGraph
    public let cases: [Case]
    let aggregate, report: TaskID
    /// Files that the job depends on, for build tools: images, masks, textures.
    public let sourcePaths: [String]
    /// What the scan found that is worth telling.
    public let notes: [String]
    /// Knows, after a run, how the training of this job kept pace with its input.
    public let meter: InputMeter
    /// The decoded training images that the tasks share.
    let images: TrainingImageShelf

    /// Numerics beyond the stages: raised when the same stage gives other bits, because a library or a kernel changed.
    public static let keyParts = [KeyPart("numerics", 1)]

    /// - Parameter digests: of a list of files, in its order.
    /// - Throws: `DatasetError`, `ManifestError`, `EngineError`, and what `digests` throws.
    public init(_ manifest: JobManifest, digests: ([String]) throws -> [Digest]) throws {
        name = manifest.name
        var builder = try JobBuilder(manifest, digests: digests)
        (cases, aggregate, report) = try builder.build()
        graph = try TaskGraph(builder.assembler.tasks)
        sourcePaths = builder.sourcePaths
        notes = builder.notes
        meter = builder.meter
        images = builder.images
    }
}

/// Builds the graph of a job:
///
///     ingest -> select -> corrupt-i -> train-i -> calibrate -> score-k -> metrics -> aggregate -> report
struct JobBuilder {
    var assembler = GraphAssembler()
    private(set) var sourcePaths: [String] = []
    private(set) var notes: [String] = []
    private let manifest: JobManifest
    private let cases: [JobCase]
    private var scans: [ScanKey: [SourceCategory]] = [:]
    private var digestOf: [String: Digest] = [:]
    let images = TrainingImageShelf()
    private let engines = EngineShelf()
    let meter = InputMeter()

    private struct ScanKey: Hashable { var layout: String }

    init(_ manifest: JobManifest, digests: ([String]) throws -> [Digest]) throws {
        self.manifest = manifest
        cases = try manifest.cases()
        var paths = Set<String>()
        for job in cases {
            let dataset = job.manifest.dataset
            let key = ScanKey(layout: "\(dataset.layout)")
            if scans[key] == nil {
                let scanned = try DatasetScan.scan(dataset.layout, jobName: manifest.name)
                scans[key] = scanned
                for category in scanned {
                    paths.formUnion(category.images.map(\.path))
                    paths.formUnion(category.images.compactMap(\.maskPath))
                    if !category.ignoredFiles.isEmpty {
                        notes.append(
                            "\(category.name): \(category.ignoredFiles.count) files are no images by their names and are "
                                + "left out: " + category.ignoredFiles.prefix(3).joined(separator: ", "))
                    }
                }
            }
            if let textures = job.manifest.corruption.textures {
                paths.formUnion(try DatasetScan.textures(below: textures.absolute).images.map(\.path))
            }
        }
        sourcePaths = paths.sorted()
        digestOf = Dictionary(uniqueKeysWithValues: zip(sourcePaths, try digests(sourcePaths)))
    }

    mutating func build() throws -> (cases: [Job.Case], aggregate: TaskID, report: TaskID) {
        var built: [Job.Case] = []
        var reportCases: [ReportStage.Case] = []
        var aggregateInputs: [TaskInput] = [], reportInputs: [TaskInput] = []
        for job in cases {
            let scanned = scans[ScanKey(layout: "\(job.manifest.dataset.layout)")] ?? []
            for category in scanned {
                let number = built.count
                let name = job.name.isEmpty ? category.name : "\(category.name).\(job.name)"
                if built.contains(where: { $0.name == name }) { throw DatasetError.sameCase(name) }
                let parts = try build(name, category, job.manifest)
                built.append(
                    Job.Case(
                        name: name, category: category.name, variant: job.variant, recipe: parts.recipe,
                        select: parts.select, corruptions: parts.corruptions, calibrate: parts.calibrate,
                        assess: parts.assess, metrics: parts.metrics, overlays: parts.overlays))
                aggregateInputs.append(TaskInput("metrics.\(number)", parts.metrics, "metrics.json"))
                aggregateInputs.append(TaskInput("scores.\(number)", parts.metrics, "scores.json"))
                reportInputs.append(TaskInput("metrics.\(number)", parts.metrics, "metrics.json"))
                reportInputs.append(TaskInput("scores.\(number)", parts.metrics, "scores.json"))
                reportInputs.append(TaskInput("calibration.\(number)", parts.calibrate, "calibration.json"))
                reportInputs.append(TaskInput("training.\(number)", parts.calibrate, "training.json"))
                reportInputs.append(TaskInput("trained.\(number)", parts.select, "training.json"))
                for (part, task) in parts.overlays.enumerated() {
                    reportInputs.append(TaskInput("overlays.\(number).\(part)", task, "overlays.json"))
                }
                for (part, task) in parts.ingests.enumerated() {
                    reportInputs.append(TaskInput("images.\(number).\(part)", task, "images.json"))
                }
                reportCases.append(
                    ReportStage.Case(name: name, overlayCount: parts.overlays.count, imageCount: parts.ingests.count))
            }
        }
        let aggregate = assembler.add(
            "aggregate", AggregateStage(categories: built.map(\.name)), inputs: aggregateInputs)
        reportInputs.append(TaskInput("metrics", aggregate, "metrics.json"))
        let report = assembler.add("report", try reportStage(reportCases), inputs: reportInputs)
        return (built, aggregate, report)
    }

    private struct CaseTasks {
        var recipe: TrainingRecipe
        var ingests, corruptions: [TaskID]
        var select, calibrate, assess, metrics: TaskID
        var overlays: [TaskID]
    }

    private mutating func build(_ name: String, _ category: SourceCategory, _ manifest: JobManifest) throws -> CaseTasks
    {
        let recipe = try TrainingRecipe(manifest)
        let normal = ingest(category, .train, recipe, manifest)
        let tested = ingest(category, .test, recipe, manifest)
        let select = assembler.add(
            "\(name)/select",
            SelectStage(category: category.name, heldOutFraction: Float(manifest.dataset.heldOutFraction)),
            inputs: normal.enumerated().map { TaskInput("images.\($0.offset)", $0.element, "images.json") })
        let (checkpoint, corruptions) = try train(name, recipe, select, manifest)
        let scoring = ScoringParameters(
            boxSize: manifest.scoring.boxSize, boxPasses: manifest.scoring.boxPasses, scales: manifest.scoring.scales,
            normalization: manifest.scoring.normalization == .none ? .none : .expectedError,
            imageScore: ScoringParameters.ImageScore(rawValue: manifest.scoring.imageScore.rawValue)!,
            topFraction: Float(manifest.scoring.topFraction))
        let calibrate = assembler.add(
            "\(name)/calibrate",
            CalibrateStage(
                category: category.name, recipe: recipe, scoring: scoring,
                quantile: Float(manifest.calibration.quantile), engines: engines),
            inputs: [
                TaskInput("checkpoint", checkpoint, "checkpoint"), TaskInput("training", select, "training.json"),
                TaskInput("heldout", select, "heldout.json"),
                TaskInput("normalization", select, "normalization.json"),
            ], resources: .wholeMachine)
        var assessInputs = [
            TaskInput("model", calibrate, "model"), TaskInput("training", select, "training.json"),
            TaskInput("heldout", select, "heldout.json"),
        ]
        if let textures = try textures(manifest) {
            assessInputs.append(TaskInput("textures", textures, "textures.json"))
        }
        let assess = assembler.add(
            "\(name)/assess", AssessStage(recipe: recipe, images: images, engines: engines), inputs: assessInputs,
            resources: .wholeMachine)
        var metricsInputs: [TaskInput] = []
        var overlays: [TaskID] = []
        for (number, images) in tested.enumerated() {
            let part = images.path.split(separator: "/").last.map(String.init) ?? "\(number)"
            let scores = assembler.add(
                "\(name)/score/\(part)", ScoreStage(engine: recipe.scoringEngine, engines: engines),
                inputs: [TaskInput("model", calibrate, "model"), TaskInput("images", images, "images.json")],
                resources: .wholeMachine)
            overlays.append(
                assembler.add(
                    "\(name)/overlay/\(part)", OverlayStage(),
                    inputs: [
                        TaskInput("model", calibrate, "model"), TaskInput("images", images, "images.json"),
                        TaskInput("scores", scores, "scores.json"),
                    ]))
            metricsInputs.append(TaskInput("scores.\(number)", scores, "scores.json"))
            metricsInputs.append(TaskInput("images.\(number)", images, "images.json"))
        }
        let metrics = assembler.add(
            "\(name)/metrics", MetricsStage(), inputs: metricsInputs, resources: .wholeMachine)
        return CaseTasks(
            recipe: recipe, ingests: normal + tested, corruptions: corruptions, select: select, calibrate: calibrate,
            assess: assess, metrics: metrics, overlays: overlays)
    }

    private mutating func ingest(
        _ category: SourceCategory, _ split: SourceImage.Split, _ recipe: TrainingRecipe, _ manifest: JobManifest
    ) -> [TaskID] {
        let images = category.images.filter { $0.split == split }
        let chunks = ContentDefinedChunks.split(images, size: manifest.scoring.shardSize, name: \.file)
        return chunks.map { chunk in
            let sources = chunk.elements.map { image in
                IngestStage.Source(
                    image: image, digest: digestOf[image.path]!, maskDigest: image.maskPath.map { digestOf[$0]! })
            }
            return assembler.add(
                "\(category.name)/ingest/\(recipe.grid.width)x\(recipe.grid.height)/\(split.rawValue)-\(chunk.label)",
                IngestStage(
                    sources: sources, width: recipe.grid.width, height: recipe.grid.height,
                    onBadImage: manifest.dataset.onBadImage))
        }
    }

    /// The task that decodes the foreign textures; nil where there are none.
    private mutating func textures(_ manifest: JobManifest) throws -> TaskID? {
        guard let folder = manifest.corruption.textures else { return nil }
        let found = try DatasetScan.textures(below: folder.absolute).images
        return assembler.add("textures", TextureStage(files: found.map { ($0.file, $0.path, digestOf[$0.path]!) }))
    }

    private mutating func train(
        _ name: String, _ recipe: TrainingRecipe, _ select: TaskID, _ manifest: JobManifest
    ) throws -> (checkpoint: TaskID, corruptions: [TaskID]) {
        let textures = try textures(manifest)
        var checkpoint: TaskID?
        var allCorruptions: [TaskID] = []
        for shard in 0..<recipe.training.shardCount {
            let label = String(repeating: "0", count: max(0, 4 - "\(shard)".count)) + "\(shard)"
            var inputs = [TaskInput("training", select, "training.json")]
            if let textures { inputs.append(TaskInput("textures", textures, "textures.json")) }
            let corruptions = assembler.add(
                "\(name)/corrupt/\(label)", CorruptStage(recipe: recipe, shard: shard, images: images), inputs: inputs)
            allCorruptions.append(corruptions)
            inputs = [
                TaskInput("training", select, "training.json"),
                TaskInput("normalization", select, "normalization.json"),
                TaskInput("corruptions", corruptions, "corruptions"),
            ]
            if let checkpoint { inputs.append(TaskInput("checkpoint", checkpoint, "checkpoint")) }
            checkpoint = assembler.add(
                "\(name)/train/\(label)",
                TrainStage(recipe: recipe, shard: shard, images: images, engines: engines, meter: meter),
                inputs: inputs, resources: .wholeMachine)
        }
        return (checkpoint!, allCorruptions)
    }

    private func reportStage(_ reportCases: [ReportStage.Case]) throws -> ReportStage {
        let recipes = try cases.map { try TrainingRecipe($0.manifest) }
        let categories = Set(scans.values.flatMap { $0.map(\.name) })
        /// What the cases have in common, or all that they have.
        func fact(_ label: String, _ value: (TrainingRecipe) -> String) -> Fact {
            var values: [String] = []
            for recipe in recipes where !values.contains(value(recipe)) { values.append(value(recipe)) }
            return Fact(label: label, value: values.joined(separator: "; "))
        }
        return ReportStage(
            title: manifest.name, details: manifest.description, cases: reportCases,
            summary: [
                Fact(label: "Categories", value: "\(categories.count)"),
                fact("Network") { "\($0.architecture.rawValue), base width \($0.baseWidth)" },
                fact("Input") { recipe in
                    let size = "\(recipe.grid.width) x \(recipe.grid.height) pixels"
                    return recipe.grid.isSingle
                        ? size : size + " in tiles of \(recipe.grid.tileWidth) x \(recipe.grid.tileHeight)"
                },
                fact("Training") { "\($0.training.steps) steps of \($0.training.batchSize) images" },
                fact("Corruption") { $0.corruption.model.rawValue }, fact("Seed") { "\($0.training.seed)" },
            ],
            generatedBy: [
                Fact(label: "Nominal", value: NominalVersion.current),
                fact("Engine") { "\($0.engine.kind.rawValue), \($0.engine.precision.rawValue)" },
            ],
            // Means over all fifteen categories stand beside nothing less.
            peers: categories == PublishedFigures.mvtecCategories ? PublishedFigures.mvtec : [],
            manifest: JSONSerializer.pretty(manifest.resolved))
    }
}

/// The version of the program.
public enum NominalVersion {
    public static let current = "0.1.0"
}
