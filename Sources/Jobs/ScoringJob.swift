import AnomalyDetection
import ContentStore
import Datasets
import NeuralNetworks
import Pipeline
import Stages
import VerdictStatistics

/// The task graph that scores a folder of images with a finished model, without a manifest.
package struct ScoringJob: Sendable {
    package let graph: TaskGraph
    package let model: Model
    private let aggregate: TaskID
    private let parts: [(images: TaskID, scores: TaskID, overlays: TaskID?)]
    private let exportsMaps: Bool

    /// - Parameters:
    ///   - model: the model, which is added to the store.
    ///   - category: the images from `DatasetScan.images(below:)`.
    ///   - tolerance: marks a verdict as uncertain if the probability of the other one is at least exp(-tolerance).
    ///   - threshold: replaces the threshold of the model.
    ///   - maps, overlays: false leaves these files out.
    ///   - threads: the number of threads of the run.
    ///   - digests: returns the digests of a list of files, in its order.
    package init(
        model: Model, category: SourceCategory, engine: String?, setAsideBadImages: Bool,
        tolerance: Double = VerdictConfidence.defaultTolerance, threshold: ChosenThreshold? = nil, maps: Bool = true,
        overlays: Bool = true, threads: Int = 1, store: ContentStore,
        digests: ([String]) throws -> [Digest]
    ) throws {
        self.model = model
        exportsMaps = maps
        let modelDigest = try store.put(bytes: model.bytes)
        let backbone =
            try model.backbone(name: model.name).map {
                [TaskInput.backbone(try store.backboneDigest($0.hex))]
            } ?? []
        // Images may share a mask of their region of interest.
        let paths = category.images.map(\.path) + Set(category.images.compactMap(\.regionPath)).sorted()
        let digestOf = Dictionary(zip(paths, try digests(paths))) { first, _ in first }
        let choice = EngineChoice(
            kind: engine.flatMap(NetworkEngine.Kind.init(rawValue:)) ?? .onednn, precision: .float32
        ).with(detector: model.kind)
        var assembler = GraphAssembler()
        var parts: [(images: TaskID, scores: TaskID, overlays: TaskID?)] = []
        var inputs: [TaskInput] = []
        let modelInput = TaskInput(name: "model", source: .blob(modelDigest))
        let region = assembler.addRegion("", of: model, modelInput)
        let chunks = ContentDefinedChunks.split(category.images, size: Self.chunkSize, name: \.file)
        // With a thread each, tasks never wait for one another: of the last ones, some threads are idle.
        let isSplit = chunks.count >= 4 * threads && DetectorKinds.canShareEngine(model.kind)
        // A chunk is finished before the next one starts, so that first results come early.
        for (number, chunk) in chunks.enumerated() {
            let sources = try chunk.elements.map { try LocatedSource($0, digestOf) }
            let images = assembler.add(
                "ingest/\(chunk.label)",
                IngestStage(
                    sources.map(\.source), model.view, onBadImage: setAsideBadImages ? .quarantine : .fail),
                inputs: [region].compactMap(\.self), sources: sources.locations, rank: number)
            let scores = assembler.add(
                "score/\(chunk.label)",
                ScoreStage(engine: choice, threshold: threshold, files: maps || overlays ? .maps : .scores),
                inputs: [modelInput, TaskInput("images", images, "images.json")] + backbone,
                resources: isSplit ? .light : .wholeMachine, rank: number)
            let pictures =
                overlays
                ? assembler.add(
                    "overlay/\(chunk.label)", OverlayStage(thumbnails: false),
                    inputs: [
                        modelInput, TaskInput("images", images, "images.json"),
                        TaskInput("scores", scores, "scores.json"),
                    ], rank: number) : nil
            parts.append((images, scores, pictures))
            inputs.append(TaskInput("scores.\(number)", scores, "scores.json"))
            inputs.append(TaskInput("images.\(number)", images, "images.json"))
        }
        let metrics = assembler.add("metrics", MetricsStage(), inputs: inputs)
        let confidence = assembler.add(
            "confidence", ConfidenceStage(tolerance: tolerance, threshold: threshold?.value),
            inputs: [modelInput, TaskInput("scores", metrics, "scores.json")])
        aggregate = assembler.add(
            "aggregate", AggregateStage(categories: [model.name]),
            inputs: [
                TaskInput("metrics.0", metrics, "metrics.json"), TaskInput("scores.0", confidence, "scores.json"),
            ])
        self.parts = parts
        graph = try TaskGraph(assembler.tasks)
    }

    /// The mean number of images per task.
    private static let chunkSize = 16

    /// The scores of all images, with the digests of their maps.
    package func scores(_ summary: ExecutionSummary, _ store: ContentStore) throws -> [ScoreIndex.Entry] {
        try parts.flatMap { part in
            guard let scores = summary.output(of: part.scores, named: "scores.json") else {
                return [ScoreIndex.Entry]()
            }
            return try StageJSON.decode(ScoreIndex.self, try store.read(scores)).entries
        }
    }

    /// The images that were set aside.
    package func rejected(_ summary: ExecutionSummary, _ store: ContentStore) throws -> [ImageIndex.Entry] {
        try parts.flatMap { part in
            guard let images = summary.output(of: part.images, named: "images.json") else {
                return [ImageIndex.Entry]()
            }
            return try StageJSON.decode(ImageIndex.self, try store.read(images)).entries.filter { $0.pixels == nil }
        }
    }

    /// The exports: the tables of scores and regions, and a map and an overlay per image, in the folder structure of
    /// the images.
    ///
    /// - Parameter tables: false leaves out the tables.
    package func exports(
        _ summary: ExecutionSummary, _ store: ContentStore, tables: Bool = true
    ) throws -> ExportPlan {
        var files: [ExportPlan.File] = []
        for name in tables ? ScoreTables.names : [] {
            if let digest = summary.output(of: aggregate, named: name) {
                files.append(ExportPlan.File(path: name, digest: digest))
            }
        }
        for part in parts {
            if exportsMaps, let scores = summary.output(of: part.scores, named: "scores.json") {
                files += try ExportPlan.maps(scores, folder: "anomaly_maps", store)
            }
            if let overlays = part.overlays.flatMap({ summary.output(of: $0, named: "overlays.json") }) {
                files += try ExportPlan.pictures(overlays, folder: "overlays", store)
            }
        }
        return ExportPlan(files: files)
    }
}
