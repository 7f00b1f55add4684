import AnomalyDetection
import Backbones
import BinaryCoding
import BinaryCodingTestSupport
import ContentStore
import DatasetTestSupport
import Imaging
import Jobs
import Manifests
import NeuralNetworks
import Pipeline
import SeededRandom
import StageTestSupport
import Tensors
import Testing

@testable import Stages

/// The memory of features, with a small random network in place of a pretrained one.
@Suite("The memory of features") struct MemoryTests {
    private static func random(_ count: Int, _ seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed, stream: "memory")
        return (0..<count).map { _ in generator.uniform(-1, 1) }
    }

    private static func distance(_ first: ArraySlice<Float>, _ second: ArraySlice<Float>) -> Float {
        zip(first, second).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }

    private func vector(_ values: [Float], _ number: Int, _ dimensions: Int) -> ArraySlice<Float> {
        values[number * dimensions..<(number + 1) * dimensions]
    }

    @Test("The nearest point is the one that comparing all pairs finds", arguments: [1, 7, 16, 40])
    func nearest(dimensions: Int) throws {
        let points = Self.random(1037 * dimensions, 1), queries = Self.random(300 * dimensions, 2)
        let memory = try NearestPatches(points, dimensions: dimensions)
        for threads in [1, 3] {
            let pool = WorkerPool(workerCount: threads)
            defer { pool.stop() }
            let found = memory.nearest(queries, pool)
            #expect(found.count == 300)
            for (number, found) in found.enumerated() {
                let query = vector(queries, number, dimensions)
                let all = (0..<1037).map { Self.distance(query, vector(points, $0, dimensions)) }
                let least = all.min() ?? 0
                // Products of single precision tell squares apart to about 1e-6.
                #expect(found.distance * found.distance - least * least < 1e-5)
                #expect(abs(all[found.point] - found.distance) < 1e-5)
            }
        }
    }

    @Test("Of equally near points, the one with the lowest number is found")
    func ties() throws {
        let pool = WorkerPool(workerCount: 1)
        defer { pool.stop() }
        for count in [1, 15, 16, 17, 600, 1100] {
            let memory = try NearestPatches([Float](repeating: 0.5, count: 4 * count), dimensions: 4)
            let found = memory.nearest([0.5, 0.5, 0.5, 0.5, 1, 0.5, 0.5, 0.5], pool)
            #expect(found.map(\.point) == [0, 0] && found.map(\.distance) == [0, 0.5])
        }
    }

    @Test("Densities are the mean distances to the nearest other points")
    func densities() throws {
        let points = Self.random(60 * 5, 3)
        let pool = WorkerPool(workerCount: 2)
        defer { pool.stop() }
        let found = try NearestPatches(points, dimensions: 5).meanDistances(of: [4, 59], neighbours: 9, pool)
        for (number, mean) in zip([4, 59], found) {
            let others = (0..<60).filter { $0 != number }.map {
                Self.distance(vector(points, number, 5), vector(points, $0, 5))
            }.sorted()
            #expect(abs(mean - others.prefix(9).reduce(0, +) / 9) < 1e-5)
        }
        #expect(try NearestPatches([0, 0, 0], dimensions: 1).meanDistances(of: [0], neighbours: 9, pool) == [1e-6])
    }

    @Test("A coreset is spread: no chosen point is nearer to another than the farthest point to the coreset")
    func coreset() throws {
        try OpenBLAS.load()
        let values = Self.random(5000 * 8, 4)
        var chosen: [[Int]] = []
        for threads in [1, 3] {
            let pool = WorkerPool(workerCount: threads)
            defer { pool.stop() }
            chosen.append(Coreset.choose(40, from: values, dimensions: 8, seed: 1, pool) {})
        }
        #expect(chosen[0] == chosen[1], "the number of threads does not matter")
        let points = chosen[0]
        #expect(points.count == 40 && Set(points).count == 40 && points[0] == 0)
        func nearest(_ point: Int, _ others: [Int]) -> Float {
            others.filter { $0 != point }.map { Self.distance(vector(values, point, 8), vector(values, $0, 8)) }.min()!
        }
        let radius = (0..<5000).map { number in points.contains(number) ? 0 : nearest(number, points) }.max()!
        #expect(points.allSatisfy { nearest($0, points) >= radius * 0.999 })
    }

    @Test("Equal points are chosen once, and few points all")
    func smallCoreset() throws {
        try OpenBLAS.load()
        let pool = WorkerPool(workerCount: 1)
        defer { pool.stop() }
        let equal = [Float](repeating: 1, count: 50 * 3) + [2, 2, 2]
        #expect(Coreset.choose(10, from: equal, dimensions: 3, seed: 1, pool) {} == [0, 50])
        #expect(Coreset.choose(9, from: [1, 2, 4], dimensions: 1, seed: 1, pool) {} == [0, 2, 1])
    }

    @Test("Coarse maps are interpolated between the centres of their cells")
    func interpolation() {
        let axis = Interpolation(from: 2, to: 4)
        let values: [Float] = [0, 1]
        let found = zip(zip(axis.low, axis.high), axis.share).map {
            values[$0.0] * (1 - $1) + values[$0.1] * $1
        }
        #expect(found == [0, 0.25, 0.75, 1])
        let same = Interpolation(from: 3, to: 3)
        #expect(same.low == [0, 1, 2] && same.share == [0, 0, 0])
    }

    static let graph: InferenceGraph = {
        var graph = InferenceGraph(scaling: .unit)
        func convolution(_ name: String, _ input: Int, _ inputs: Int, _ outputs: Int) -> Int {
            let value = graph.append(
                name,
                .convolution(
                    InferenceConvolution(
                        inputChannels: inputs, outputChannels: outputs,
                        window: InferenceWindow(square: 3, stride: 2, padding: .same),
                        weights: random(outputs * inputs * 9, StableHash.of(name)))), input)
            return graph.append(name + ".relu", .clip(.relu), value)
        }
        let stem = convolution("stem", 0, 3, 4)
        let fine = convolution("fine", stem, 4, 6)
        let coarse = convolution("coarse", fine, 6, 8)
        graph.taps = [.init("fine", fine), .init("coarse", coarse)]
        return graph
    }()

    @Test("The features of an image depend neither on the batch nor on the threads nor, much, on the engine")
    func features() throws {
        let images = (0..<5).map { TinyDataSet.image($0, width: 40, height: 24) }
        var results: [[PatchFeatures]] = []
        for (engine, threads) in [(NetworkEngine.Kind.onednn, 1), (.onednn, 3), (.openblas, 2)] {
            let extractor = try PatchExtractor(
                Self.graph, taps: ["fine", "coarse"], engine: engine, threads: threads)
            let shape = try extractor.shape(width: 40, height: 24)
            #expect(shape == (6, 10, 14))
            let all = try extractor.features(images)
            #expect(try extractor.features([images[3]])[0].values == all[3].values)
            results.append(all)
        }
        #expect(results[0].map(\.values) == results[1].map(\.values))
        for (first, second) in zip(results[0], results[2]) {
            #expect(zip(first.values, second.values).allSatisfy { abs($0 - $1) < 1e-4 })
        }
    }

    private static let payload = MemoryPayload(
        backbone: .of([1]), taps: ["a", "b"], density: .subtract, neighbours: 9, mean: [1, 2], deviation: [0.5, 2],
        values: [1, 2, 3, 4, 5, 6], densities: [1, 2, 3], radii: [3, 2, 2],
        images: [Digest.of([2]), .of([3])].sorted(), owners: [1, 0, 1],
        extended: MemoryExtension(startedFrom: .of([4]), sampled: 9, covered: 7, added: 2, dropped: 1), cellWidth: 2,
        cellHeight: 1, cells: Array(0..<18))

    @Test("A memory is read as it was written")
    func roundTrip() throws {
        #expect(try MemoryPayload(bytes: Self.payload.bytes, name: "m") == Self.payload)
        var features: [Float] = [1, 2, 2, 6]
        Self.payload.standardise(&features)
        #expect(features == [0, 0, 2, 2])
    }

    @Test("A damaged memory is refused")
    func damaged() throws {
        let bytes = Self.payload.bytes
        for end in 0..<bytes.count {
            #expect(throws: FormatError.self) { try MemoryPayload(bytes: Array(bytes[..<end]), name: "m") }
            guard end < bytes.count - 32 else { continue }
            #expect(throws: FormatError.self) { try MemoryPayload(bytes: Array(bytes[..<end]).sealed, name: "m") }
        }
        let edits: [(inout MemoryPayload) -> Void] = [
            { $0.values[1] = .nan }, { $0.mean[0] = .infinity }, { $0.deviation[0] = 0 }, { $0.densities[0] = 0 },
            { $0.densities.removeLast() }, { $0.cells.removeLast() }, { $0.values.removeLast() },
            { $0.source.taps = [] }, { $0.neighbours = 0 }, { $0.radii = [1, 2, 2] }, { $0.radii[0] = .nan },
            { $0.radii[2] = -1 }, { $0.radii.removeLast() }, { $0.images.reverse() }, { $0.images = [] },
            { $0.images.removeLast() }, { $0.owners.removeLast() }, { $0.extended?.covered = 10 },
            { $0.extended?.added = -1 }, { $0.extended?.dropped = -1 },
            { $0.cellWidth = 0 }, { ($0.mean, $0.deviation) = ([], []) }, { $0.deviation.removeLast() },
        ]
        for (number, edit) in edits.enumerated() {
            var payload = Self.payload
            edit(&payload)
            #expect(throws: FormatError.self, "edit \(number)") {
                try MemoryPayload(bytes: payload.bytes, name: "m")
            }
        }
    }

    @Test("A memory whose features are not those of its taps is refused, and so are directions and distributions")
    func otherTaps() throws {
        let bench = try StageBench()
        let backbone = Backbone(
            provenance: .init(title: "small", licence: "CC0-1.0", origin: "here", sha256: "00"), graph: Self.graph)
        let digest = try bench.store.put(bytes: backbone.bytes)
        let memory = MemoryPayload(
            backbone: digest, taps: ["fine"], density: .none, neighbours: 9, mean: [0, 0], deviation: [1, 1],
            values: [1, 2], densities: [1], radii: [0], images: [.of([1])], owners: [0], cellWidth: 1, cellHeight: 1,
            cells: [1, 2, 3])
        let gaussian = GaussianPayload(
            backbone: digest, taps: ["fine"], channels: [0, 9], means: [1, 2], factors: [1, 0, 1])
        let random = RandomPayload(
            backbone: digest, taps: ["fine"], directions: [1, 2], medians: [1], deviations: [1])
        for (kind, payload) in [("memory", memory.bytes), ("gaussian", gaussian.bytes), ("random", random.bytes)] {
            let model = Model(
                name: "m", grid: TileGrid(width: 32, height: 32),
                scoring: ScoringParameters(boxSize: 3, boxPasses: 1, imageScore: .max, topFraction: 0.5),
                calibration: Calibration(scores: [1, 2], quantile: 0.5), mapCeiling: 1, pixelThreshold: 1.5, kind: kind,
                payload: payload)
            let error = #expect(throws: (any Error).self) {
                try bench.run(
                    ScoreStage(engine: EngineChoice(kind: .onednn, precision: .float32).with(detector: kind)),
                    [
                        ("model", try bench.store.put(bytes: model.bytes)), ("backbone", digest),
                        ("images", try bench.put(json: ImageIndex(entries: []))),
                    ])
            }
            #expect("\(error!)".contains("is damaged"), "\(error!)")
        }
    }

    /// A run of a job with the detector memory on tiny images, the last of which has a dark square.
    private func job(_ settings: String, threads: Int) throws -> (scores: [ScoreIndex.Entry], model: Model, job: Job) {
        let data = try TinyDataSet()
        try data.writeCategory("bolt", train: 8)
        var spoilt = TinyDataSet.image(11)
        for channel in 0..<3 {
            for y in 2..<8 { for x in 2..<8 { spoilt.values[(channel * 16 + y) * 24 + x] = 0 } }
        }
        try data.write(try PNGEncoder.encode(spoilt), to: "bolt/test/dent/000.png")
        let bench = try StageBench()
        let backbone = Backbone(
            provenance: .init(title: "small", licence: "CC0-1.0", origin: "here", sha256: "00"), graph: Self.graph)
        let digest = try bench.store.put(bytes: backbone.bytes)
        let manifest = try data.manifest(
            more: """
                , "scoring": { "boxPasses": 4, "imageScore": "topK", "topFraction": 0.02 },
                "detector": { "kind": "memory", "taps": ["fine", "coarse"], "memory": { "points": 60\(settings) } }
                """)
        let job = try Job(manifest, backbones: BackboneIndex { _ in digest }) {
            try $0.map { try Digest.of(filePath: $0) }
        }
        let summary = try bench.execute(job.graph, threads: threads)
        func read(_ task: TaskID, _ output: String) throws -> [UInt8] {
            try bench.store.read(try #require(summary.output(of: task, named: output)))
        }
        let metrics = try #require(job.graph.tasks.first { $0.id.path == "bolt/metrics" })
        let scores = try StageJSON.decode(ScoreIndex.self, try read(metrics.id, "scores.json")).entries
        let calibrate = try #require(job.graph.tasks.first { $0.id.path == "bolt/calibrate" })
        return (scores, try Model(bytes: try read(calibrate.id, "model"), name: "m"), job)
    }

    @Test("A job without training finds the defect, with the same bytes for any number of threads")
    func wholeJob() throws {
        let first = try job("", threads: 1), second = try job("", threads: 3)
        #expect(first.scores.count == 2)
        let normal = try #require(first.scores.first { $0.isAnomalous == false })
        let anomalous = try #require(first.scores.first { $0.isAnomalous == true })
        #expect(anomalous.score > normal.score)
        #expect(anomalous.picture != nil)
        #expect(first.model == second.model)
        #expect(first.scores.map(\.map) == second.scores.map(\.map))
        #expect(first.model.kind == "memory" && first.model.calibration.trainingScores.isEmpty)
        #expect(!first.job.graph.tasks.contains { ["train", "corrupt"].contains(type(of: $0.stage).name) })
        #expect(throws: PreviewError.self) { try Preview(first.job, samples: 2) }
    }

    @Test("The use of density changes scores, but not maps", arguments: ["none", "divide"])
    func density(name: String) throws {
        let usual = try job("", threads: 1), other = try job(", \"density\": \"\(name)\"", threads: 1)
        #expect(usual.scores.map(\.score) != other.scores.map(\.score))
        #expect(usual.scores.map(\.map) == other.scores.map(\.map))
        #expect(other.scores.allSatisfy { $0.score.isFinite })
    }
}
