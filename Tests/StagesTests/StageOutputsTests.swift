import AnomalyDetection
import ContentStore
import DatasetTestSupport
import Datasets
import Imaging
import Manifests
import NeuralNetworks
import Pipeline
import StageTestSupport
import Testing
import VerdictStatistics

@testable import Jobs
@testable import Retraining
@testable import Stages

/// SHA-256 digests of stage outputs for synthetic inputs, recorded from the first version of each stage.
///
/// If a stage's bytes change, raise its `version`, because stores would serve the old ones, and record the new digests
/// here. The digests are equal without AVX2 and FMA. PNG bytes depend on zlib; these are from 1.2.13.
@Suite struct StageOutputsTests {
    private let data: TinyDataSet
    private let bench: StageBench

    init() throws {
        data = try TinyDataSet()
        bench = try StageBench()
        try data.writeCategory("bolt")
    }

    private func expectPinned(
        _ outputs: [String: Digest], _ stage: (some Stage).Type, version: Int, _ pinned: [String: String],
        at place: SourceLocation = #_sourceLocation
    ) {
        #expect(stage.version == version, sourceLocation: place)
        #expect(
            outputs.mapValues(\.short) == pinned, "the bytes of \(stage.name) have changed: raise its version",
            sourceLocation: place)
    }

    private func sources(_ split: SourceImage.Split) throws -> [LocatedSource] {
        let layout = DatasetSection.Layout.mvtec(root: ManifestPath(data.path, relativeTo: "/"), categories: .all)
        return try DatasetScan.scan(layout, jobName: "tiny")[0].images.filter { $0.split == split }.map {
            LocatedSource(
                image: $0, digest: try Digest.of(filePath: $0.path),
                maskDigests: try $0.masks.map { try Digest.of(filePath: $0.path) })
        }
    }

    private func ingest(_ split: SourceImage.Split) throws -> [String: Digest] {
        let sources = try sources(split)
        return try bench.run(
            IngestStage(images: sources.map(\.source), width: 32, height: 32, onBadImage: .fail), sources: sources)
    }

    private func select() throws -> [String: Digest] {
        try bench.run(
            SelectStage(category: "bolt", heldOutFraction: 0.25), [("images.0", try ingest(.train)["images.json"]!)])
    }

    @Test("Ingest gives the pinned bytes")
    func ingest() throws {
        expectPinned(try ingest(.train), IngestStage.self, version: 12, ["images.json": "9bbd2887ada4"])
        expectPinned(try ingest(.test), IngestStage.self, version: 12, ["images.json": "f73f35fa9a8f"])
    }

    @Test("Selection gives the pinned bytes")
    func selection() throws {
        expectPinned(
            try select(), SelectStage.self, version: 3,
            [
                "training.json": "670cb2fee930", "heldout.json": "be35d448d934", "normalization.json": "e3ae965af88c",
                "colour.json": "60eddfdaad63",
            ])
    }

    @Test("The inventory gives the pinned bytes")
    func inventory() throws {
        let selected = try select()
        let outputs = try bench.run(
            InventoryStage(),
            [
                ("training", selected["training.json"]!), ("heldout", selected["heldout.json"]!),
                ("colour", selected["colour.json"]!),
                ("images.0", try ingest(.train)["images.json"]!), ("images.1", try ingest(.test)["images.json"]!),
            ])
        expectPinned(outputs, InventoryStage.self, version: 2, ["inventory.json": "a9fbafb4204c"])
    }

    @Test("A card gives the pinned bytes")
    func card() throws {
        let inventory = ImageInventory(
            training: ImageSet(
                images: 1, listSHA256: Digest.of(text: "t"), formats: [], sizes: [], distinctSizes: 0, resized: 1,
                stretched: 0, enlarged: 0, largestReduction: 2),
            heldOut: ImageSet(
                images: 1, listSHA256: Digest.of(text: "h"), formats: [], sizes: [], distinctSizes: 0, resized: 0,
                stretched: 0, enlarged: 0, largestReduction: 1),
            test: ImageSet(
                images: 0, listSHA256: Digest.of(text: ""), formats: [], sizes: [], distinctSizes: 0, resized: 0,
                stretched: 0, enlarged: 0, largestReduction: 1),
            normalSetAside: ["empty": 1], testSetAside: [:], copies: 0, testCopies: 0, isGrey: false)
        let manifest = try data.manifest(more: #", "card": { "owner": "ann" }"#)
        var known = CardFacts(
            manifest, name: "bolt", category: "bolt", recipe: try TrainingRecipe(manifest), textures: nil,
            candidates: 1,
            stages: [])
        // The result must not depend on installed libraries or the program version.
        known.tolerance = 0
        known.program = ModelCard.Program(
            nominal: "0", numerics: 1, stages: [:], trainingEngine: ["library": "x"], scoringEngine: [:])
        let outputs = try bench.run(
            CardStage(known: known),
            [
                ("model", try bench.store.put(bytes: StageOutputsTests.model().bytes)),
                ("inventory", try bench.put(json: inventory)),
                ("training", try bench.store.put(bytes: Array("[]".utf8))),
                ("assessment", try bench.store.put(bytes: Array(StageOutputsTests.assessment(0.5).utf8))),
            ])
        expectPinned(outputs, CardStage.self, version: 8, ["card.json": "51100e63a383", "card.md": "c22598920ce5"])
    }

    @Test("Corruption gives the pinned bytes")
    func corruption() throws {
        let stage = CorruptStage(try TrainingRecipe(try data.manifest()), shard: 1)
        let selected = try select()
        let outputs = try bench.run(
            stage, [("training", selected["training.json"]!), ("colour", selected["colour.json"]!)])
        expectPinned(outputs, CorruptStage.self, version: 3, ["corruptions": "2ef1b07b10c9"])
    }

    /// A score with a map that is brighter where `TinyDataSet.mask` is.
    private func score(_ file: String, isAnomalous: Bool?, score: Float) throws -> ScoreIndex.Entry {
        let mask = TinyDataSet.mask()
        let values = mask.values.enumerated().map { index, value in
            Float(index % 7) / 8 + (value == 1 && isAnomalous == true ? 0.5 : 0)
        }
        let map = FloatMap(width: mask.width, height: mask.height, values: values)
        return ScoreIndex.Entry(
            file: file, kind: "dent", isAnomalous: isAnomalous, source: Digest.of(text: file), score: score,
            normalizedScore: score, threshold: 0.5, verdict: score >= 0.5 ? .anomalous : .normal, width: mask.width,
            height: mask.height,
            pixelThreshold: 0.75, regions: MapRegion.regions(of: map, atOrAbove: 0.75),
            map: try bench.store.put(bytes: try map.tiffBytes()), picture: Digest.of(text: ""))
    }

    private func metrics() throws -> [String: Digest] {
        let scores = ScoreIndex(entries: [
            try score("test/dent/000.png", isAnomalous: true, score: 0.75),
            try score("test/good/000.png", isAnomalous: false, score: 0.25),
        ])
        return try bench.run(
            MetricsStage(),
            [("scores.0", try bench.put(json: scores)), ("images.0", try ingest(.test)["images.json"]!)])
    }

    @Test("Metrics match their definition, and have the pinned bytes")
    func metricsFile() throws {
        let outputs = try metrics()
        let record = try StageJSON.decode(CategoryMetrics.self, try bench.store.read(outputs["metrics.json"]!))
        let figures = record.figures
        #expect(figures.imageAUROC == 1 && figures.imageAP == 1 && figures.imageF1MaxThreshold == 0.75)
        #expect(record.aupimo.isEmpty && record.curves.pimo.isEmpty)
        #expect(record.curves.pro.last?.first == 1 && record.curves.pixelROC.first == [0, 0])
        #expect(record.curves.imagePrecisionRecall == [[1, 1], [1, 0.5]])
        #expect((figures.images.normal, figures.images.anomalous, figures.images.unlabelled) == (1, 1, 0))
        // Counts pairs: 96 anomalous pixels with values 0.5 + n / 8, against 672 others with values n / 8.
        #expect(abs((figures.pixelAUROC ?? 0) - StageOutputsTests.pairwiseAUROC) < 1e-12)
        expectPinned(
            outputs, MetricsStage.self, version: 7, ["metrics.json": "6e9cb62270cd", "scores.json": "52ddac475b00"])
    }

    /// The fraction of pairs of an anomalous and a normal pixel that the map orders correctly; ties count half.
    private static let pairwiseAUROC: Double = {
        let mask = TinyDataSet.mask().values
        var anomalous: [Float] = [], normal: [Float] = []
        for (index, value) in mask.enumerated() {
            let base = Float(index % 7) / 8
            normal.append(base)
            if value == 1 { anomalous.append(base + 0.5) } else { normal.append(base) }
        }
        var sum = 0.0
        for high in anomalous { for low in normal { sum += high > low ? 1 : high == low ? 0.5 : 0 } }
        return sum / Double(anomalous.count * normal.count)
    }()

    /// A model whose held-out images have these scores.
    private func model(_ scores: [Float], quantile: Float = 0.99) throws -> Digest {
        let architecture = NetworkArchitecture.sdc
        let detector = AutoencoderPayload(
            architecture: architecture, baseWidth: 4,
            parameters: [Float](repeating: 0, count: architecture.description(baseWidth: 4).parameterCount),
            normalization: PixelNormalization(mean: [0, 0, 0], deviation: 1))
        return try bench.store.put(
            bytes: Model(
                name: "bolt", grid: TileGrid(width: 32, height: 32),
                scoring: ScoringParameters(boxSize: 3, boxPasses: 1, imageScore: .max, topFraction: 0.1),
                calibration: Calibration(scores: scores, quantile: quantile), mapCeiling: 1, pixelThreshold: 1.5,
                kind: AutoencoderKind.name, payload: detector.bytes
            ).bytes)
    }

    private func confidence(_ metrics: [String: Digest], tolerance: Double = 3) throws -> [String: Digest] {
        try bench.run(
            ConfidenceStage(tolerance: tolerance),
            [("model", try model((1...20).map { Float($0) / 40 })), ("scores", metrics["scores.json"]!)])
    }

    @Test("Verdicts get the confidence of the calibration scores, and a tolerance of 0 marks none")
    func confidence() throws {
        let metrics = try metrics()
        let scores = try [3.0, 0].map { tolerance in
            try StageJSON.decode(
                ScoreIndex.self, try bench.store.read(try confidence(metrics, tolerance: tolerance)["scores.json"]!)
            ).entries
        }
        let calibration = Calibration(scores: (1...20).map { Float($0) / 40 }, quantile: 0.99)
        let rule = try VerdictConfidence(calibrationScores: calibration.scores, threshold: calibration.threshold)
        // 0.75 is well above the highest score, 0.5; 0.25 is the median.
        #expect(scores[0].map(\.isUncertain) == [true, false] && scores[1].map(\.isUncertain) == [false, false])
        for entry in scores[0] { #expect(abs((entry.confidence ?? 0) - rule.confidence(in: entry.score)) <= 5e-5) }
        #expect(scores[0].map(\.score) == scores[1].map(\.score))
        let record = try StageJSON.decode(
            UncertaintyRecord.self, try bench.store.read(try confidence(metrics)["uncertainty.json"]!))
        #expect(try #require(record.lower) < 0.5 && #require(record.upper) > 0.5)
    }

    @Test("The exported tables have the pinned bytes")
    func aggregate() throws {
        let metrics = try metrics()
        let outputs = try bench.run(
            AggregateStage(categories: ["bolt"]),
            [("metrics.0", metrics["metrics.json"]!), ("scores.0", try confidence(metrics)["scores.json"]!)])
        expectPinned(
            outputs, AggregateStage.self, version: 5,
            [
                "metrics.json": "a3d4724244d7", "scores.json": "8d04705830ce", "scores.csv": "5ad5e9dd9c35",
                "regions.csv": "ce3bb7134f59", "regions.json": "d1c315fea6b6",
            ])
        let table = String(decoding: try bench.store.read(outputs["scores.csv"]!), as: UTF8.self)
        #expect(
            table == """
                category,kind,image,label,score,normalizedScore,threshold,verdict,confidence,uncertain
                bolt,dent,test/dent/000.png,anomalous,0.75,0.75,0.5,anomalous,0.863,true
                bolt,dent,test/good/000.png,normal,0.25,0.25,0.5,normal,1.0,false

                """)
    }

    @Test("Textures give the pinned bytes")
    func textures() throws {
        try data.writeImage(3, to: "textures/a.png")
        try data.writeImage(4, to: "textures/b.png")
        let files = try ["a.png", "b.png"].map { name in
            let path = data.path + "/textures/" + name
            let image = SourceImage(file: name, path: path, split: .test, kind: "", isAnomalous: nil)
            return LocatedSource(image: image, digest: try Digest.of(filePath: path))
        }
        let textures = files.map { TextureStage.Texture(file: $0.source.file, digest: $0.source.digest) }
        expectPinned(
            try bench.run(TextureStage(files: textures), sources: files), TextureStage.self, version: 2,
            ["textures.json": "47203f4f329b"])
    }

    @Test("Overlays give the pinned bytes")
    func overlays() throws {
        let picture = try JPEGEncoder.encode(TinyDataSet.image(5, width: 32, height: 32), quality: 92)
        let outputs = try overlays(try bench.store.put(bytes: picture))
        expectPinned(outputs, OverlayStage.self, version: 2, ["overlays.json": "5eba362a93b0"])
    }

    private func overlays(_ picture: Digest?) throws -> [String: Digest] {
        var entry = try score("test/dent/000.png", isAnomalous: true, score: 0.75)
        entry.picture = picture
        return try bench.run(
            OverlayStage(),
            [
                ("model", try bench.store.put(bytes: StageOutputsTests.model().bytes)),
                ("scores", try bench.put(json: ScoreIndex(entries: [entry]))),
                ("images", try ingest(.test)["images.json"]!),
            ])
    }

    @Test("Overlays of a detector that makes no picture differ only in the missing thumbnail")
    func overlaysWithoutPicture() throws {
        let picture = try bench.store.put(
            bytes: try JPEGEncoder.encode(TinyDataSet.image(5, width: 32, height: 32), quality: 92))
        func thumbnails(_ picture: Digest?) throws -> OverlayIndex.Thumbnails {
            let index = try StageJSON.decode(
                OverlayIndex.self, try bench.store.read(try overlays(picture)["overlays.json"]!))
            return try #require(index.entries.first?.small)
        }
        var with = try thumbnails(picture)
        let without = try thumbnails(nil)
        #expect(with.picture != nil && without.picture == nil)
        with.picture = nil
        #expect(try StageJSON.encode(with) == StageJSON.encode(without))
    }

    @Test("Aggregated metrics have the projection measures of those categories whose detectors make images")
    func projections() throws {
        let metrics = try metrics()["metrics.json"]!
        let scores = try confidence(try self.metrics())["scores.json"]!
        let measured = try bench.store.put(bytes: Array(StageOutputsTests.assessment(0.5).utf8))
        var assessment = try StageJSON.decode(Assessment.self, try bench.store.read(measured))
        #expect(assessment.projection != nil)
        (assessment.projection, assessment.projectionBeforeTraining) = (nil, nil)
        let other = try bench.put(json: assessment)
        func projection(_ bolt: Digest, _ nut: Digest) throws -> [String]? {
            let outputs = try bench.run(
                AggregateStage(categories: ["bolt", "nut"]),
                [
                    ("metrics.0", metrics), ("scores.0", scores), ("assessment.0", bolt), ("metrics.1", metrics),
                    ("scores.1", scores), ("assessment.1", nut),
                ])
            let record = try StageJSON.decode(RunMetrics.self, try bench.store.read(outputs["metrics.json"]!))
            return record.projection?.keys.sorted()
        }
        #expect(try projection(measured, measured) == ["bolt", "nut"])
        #expect(try projection(measured, other) == ["bolt"])
        #expect(try projection(other, other) == nil)
    }

    @Test("A model with a kind of detector that the program does not know is an error that lists the known kinds")
    func unknownKind() throws {
        var model = StageOutputsTests.model()
        model.kind = "oracle"
        #expect {
            try model.detectorFacts(name: "bolt.nominal")
        } throws: { error in
            ["bolt.nominal", "\"oracle\"", AutoencoderKind.name].allSatisfy { "\(error)".contains($0) }
        }
        #expect(try StageOutputsTests.model().detectorFacts(name: "bolt.nominal").map(\.label).first == "Architecture")
        let error = #expect(throws: (any Error).self) {
            try bench.run(
                ScoreStage(engine: try TrainingRecipe(try data.manifest()).scoringEngine),
                [
                    ("model", try bench.store.put(bytes: model.bytes)),
                    ("images", try ingest(.test)["images.json"]!),
                ])
        }
        #expect("\(error!)".contains("\"oracle\""))
    }

    @Test("A detector whose expected errors do not match the model's scoring is an error")
    func otherScoring() throws {
        var model = StageOutputsTests.model()
        model.scoring.normalization = .expectedError
        let error = #expect(throws: (any Error).self) {
            try bench.run(
                ScoreStage(engine: try TrainingRecipe(try data.manifest()).scoringEngine),
                [
                    ("model", try bench.store.put(bytes: model.bytes)),
                    ("images", try ingest(.test)["images.json"]!),
                ])
        }
        #expect("\(error!)".contains("do not match its scoring"))
    }

    /// An untrained model.
    private static func model() -> Model {
        let architecture = NetworkArchitecture.sdc
        let detector = AutoencoderPayload(
            architecture: architecture, baseWidth: 4,
            parameters: architecture.description(baseWidth: 4).initialParameters(seed: 1),
            normalization: PixelNormalization(mean: [0.5, 0.5, 0.5], deviation: 0.25))
        return Model(
            name: "bolt", grid: TileGrid(width: 32, height: 32, tileWidth: 32, tileHeight: 32, overlap: 0),
            scoring: ScoringParameters(boxSize: 3, boxPasses: 1, imageScore: .max, topFraction: 0.01),
            calibration: Calibration(scores: [0.25, 0.5], quantile: 0.5), mapCeiling: 0.5, pixelThreshold: 0.75,
            kind: AutoencoderKind.name, payload: detector.bytes)
    }

    @Test("Choosing a checkpoint copies its bytes, and takes the later of equal ones")
    func choice() throws {
        let inputs = try (0..<3).flatMap { number in
            try ["model", "calibration.json", "training.json"].map {
                ("\($0).\(number)", try bench.store.put(bytes: Array("\($0) \(number)".utf8)))
            } + [
                (
                    "assessment.json.\(number)",
                    try bench.store.put(bytes: Array(StageOutputsTests.assessment(number == 0 ? 0.25 : 0.5).utf8))
                )
            ]
        }
        let outputs = try bench.run(ChooseStage(count: 3), inputs)
        expectPinned(
            outputs, ChooseStage.self, version: 5,
            [
                "model": Digest.of(text: "model 2").short,
                "calibration.json": Digest.of(text: "calibration.json 2").short,
                "training.json": Digest.of(text: "training.json 2").short,
                "candidates.json": "fae8a5d1db9b",
            ])
    }

    private static func assessment(_ criterion: Double) -> String {
        let projection =
            #"{"changeInside":1,"changeOutside":0,"idempotence":0,"identityError":0,"singularValues":[]}"#
        return #"{"criterion":\#(criterion),"defectScores":[2],"detection":{"samples":1},"falseAlarms":0,"kinds":{},"#
            + #""normalImages":1,"normalScores":[0],"projection":\#(projection),"projectionBeforeTraining":\#(projection),"#
            + #""recall":1,"robustness":[]}"#
    }

    @Test("The stages of a night give the pinned bytes")
    func night() throws {
        let images = try ingest(.train)["images.json"]!
        let fingerprints = try bench.run(FingerprintStage(), [("images", images)])
        expectPinned(fingerprints, FingerprintStage.self, version: 1, ["fingerprints.json": "1316579e8942"])
        let members = try sources(.train).map(\.source.digest).sorted().enumerated().map { number, source in
            Roll.Member(source: source, file: "\(number)", isNew: number < 2, isHeldOut: number == 0)
        }
        let roll = Roll(
            champion: Digest.of(text: "champion"), start: .warm, isForced: false, members: members, copies: 0)
        let enrolled = try bench.run(
            EnrolStage(replay: 0.5, measuresNormalization: true),
            [("roll", try bench.store.put(bytes: roll.bytes)), ("images.0", images)])
        expectPinned(
            enrolled, EnrolStage.self, version: 2,
            [
                "training.json": "e9ed812aa412", "normals.json": "670cb2fee930", "heldout.json": "be35d448d934",
                "judged.json": "be35d448d934",
                "normalization.json": "bd0dacde205a", "colour.json": "60eddfdaad63",
            ])
        let warm = try bench.run(
            WarmStartStage(), [("model", try bench.store.put(bytes: StageOutputsTests.model().bytes))])
        expectPinned(
            warm, WarmStartStage.self, version: 3, ["checkpoint": "3666f75e610e", "normalization.json": "dbfdf8ef6730"])
        let manifest = try data.manifest(more: #", "retrain": { "incoming": "incoming" }"#)
        let verdict = try bench.run(
            GateStage(gate: try #require(manifest.retrain).gate),
            try [("champion", 0.5), ("challenger", 0.25)].map { name, criterion in
                (
                    "\(name).assessment",
                    try bench.store.put(bytes: Array(StageOutputsTests.assessment(criterion).utf8))
                )
            })
        expectPinned(verdict, GateStage.self, version: 2, ["verdict.json": "3a07572c0aec"])
    }

    @Test("Requirements give the pinned bytes")
    func requirements() throws {
        let aggregate = try bench.run(
            AggregateStage(categories: ["bolt"]),
            [
                ("metrics.0", try metrics()["metrics.json"]!),
                ("scores.0", try confidence(try metrics())["scores.json"]!),
            ])
        let stage = RequireStage(
            cases: [
                RequireStage.Case(
                    name: "bolt",
                    requirements: [.init(figure: "imageAUROC", least: 0.5), .init(figure: "aupimo.mean", least: 0.9)])
            ],
            title: "tiny")
        let outputs = try bench.run(stage, [("metrics", aggregate["metrics.json"]!)])
        expectPinned(
            outputs, RequireStage.self, version: 1, ["requirements.json": "655d02b75760", "junit.xml": "a683e5a028cb"])
    }

    @Test("The preview gives the pinned bytes")
    func preview() throws {
        let recipe = try TrainingRecipe(try data.manifest())
        let selected = try select()
        let inputs = [("training", selected["training.json"]!), ("colour", selected["colour.json"]!)]
        let corruptions = try bench.run(CorruptStage(recipe, shard: 0), inputs)
        let outputs = try bench.run(
            PreviewStage(samples: recipe.samples, noise: recipe.training.noise, count: 3),
            inputs + [("corruptions.0", corruptions["corruptions"]!)])
        expectPinned(outputs, PreviewStage.self, version: 1, ["preview.png": "e3618dcb9b08"])
    }

    @Test("Training, calibration and scoring are deterministic, on one thread and on two")
    func repeatability() throws {
        let manifest = try data.manifest()
        let digests = try [1, 1, 2].map { threads in
            let bench = try StageBench()
            let job = try Job(manifest) { try $0.map { try Digest.of(filePath: $0) } }
            let summary = try bench.execute(job.graph, threads: threads)
            return job.graph.tasks.flatMap { task in
                task.stage.outputs.map { "\(task.id) \($0) \(summary.output(of: task.id, named: $0)!)" }
            }
        }
        #expect(digests[0].count > 12)
        #expect(digests[0] == digests[1])
        #expect(digests[0] == digests[2])
    }

    @Test("Selection omits exact copies and unusable files")
    func selectionRules() throws {
        let expected = try select()
        try data.writeImage(0, to: "bolt/train/good/copy.png")
        try data.write([], to: "bolt/train/good/empty.png")
        let sources = try sources(.train)
        let images = try bench.run(
            IngestStage(images: sources.map(\.source), width: 32, height: 32, onBadImage: .quarantine),
            sources: sources)
        let all = try bench.run(
            SelectStage(category: "bolt", heldOutFraction: 0.25), [("images.0", images["images.json"]!)])
        #expect(all == expected)
    }

    @Test("Images of a group are held out together, and equal groups give the split of single images")
    func groups() throws {
        let images = try ingest(.train)["images.json"]!
        var index = try StageJSON.decode(ImageIndex.self, try bench.store.read(images))
        func heldOut(_ groups: DatasetSection.Groups, _ index: ImageIndex) throws -> [Digest] {
            let outputs = try bench.run(
                SelectStage(category: "bolt", heldOutFraction: 0.25, groups: groups),
                [("images.0", try bench.put(json: index))])
            return try StageJSON.decode(TrainingIndex.self, try bench.store.read(outputs["heldout.json"]!))
                .entries.map(\.source)
        }
        #expect(try heldOut(.folders, index) == heldOut(.none, index))
        for number in index.entries.indices { index.entries[number].file = "train/good/\(number / 2)_\(number).png" }
        let pair = try heldOut(.names, index)
        let numbers = index.entries.indices.filter { pair.contains(index.entries[$0].source) }
        #expect(pair.count == 2 && numbers.map { $0 / 2 } == [numbers[0] / 2, numbers[0] / 2])
    }

    @Test("A single usable normal image is an error with a message")
    func tooFew() throws {
        let index = ImageIndex(entries: [])
        let error = #expect(throws: (any Error).self) {
            try bench.run(
                SelectStage(category: "bolt", heldOutFraction: 0.1), [("images.0", try bench.put(json: index))])
        }
        #expect("\(error!)".contains("bolt: only 0 usable normal image"))
    }
}
