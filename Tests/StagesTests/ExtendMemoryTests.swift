import AnomalyDetection
import Backbones
import BinaryCoding
import BinaryCodingTestSupport
import ContentStore
import DatasetTestSupport
import Imaging
import NeuralNetworks
import Pipeline
import SeededRandom
import StageTestSupport
import Tensors
import Testing

@testable import Stages

/// Memories that grow by new images.
@Suite("The extension of a memory") struct ExtendMemoryTests {
    private static let dimensions = 5
    private static let seed: UInt64 = 1

    /// The largest distance of a patch to the nearest of some points, by comparing all pairs.
    private static func radius(_ points: ArraySlice<Float>, _ patches: [Float]) -> Float {
        let points = Array(points)
        return stride(from: 0, to: patches.count, by: dimensions).map { patch in
            stride(from: 0, to: points.count, by: dimensions).map { point in
                (0..<dimensions).reduce(Float(0)) { sum, dimension in
                    let difference = patches[patch + dimension] - points[point + dimension]
                    return sum + difference * difference
                }
            }.min()!.squareRoot()
        }.max()!
    }

    /// Patches around a place, as those of one image.
    private static func sample(_ count: Int, around centre: Float, _ image: UInt8) -> PatchSample {
        var generator = SeededGenerator(seed: UInt64(image), stream: "extension")
        let values = (0..<count * dimensions).map { _ in centre + generator.normal() }
        var sample = PatchSample(dimensions: dimensions, cellWidth: 1, cellHeight: 1)
        sample.add(
            [PatchFeatures(rows: 1, columns: count, dimensions: dimensions, values: values)],
            [PlanarImage(width: count, height: 1, channels: 3, repeating: Float(image) / 255)],
            patches: Array(0..<count), source: .of([image]))
        return sample
    }

    /// A memory without standardisation.
    private static func memory(_ sample: PatchSample, points: Int, _ pool: WorkerPool) throws -> MemoryPayload {
        try OpenBLAS.load()
        let chosen = Coreset.choose(points, from: sample.values, dimensions: dimensions, seed: seed, pool) {}
        var memory = MemoryPayload(
            backbone: .of([1]), taps: ["a"], density: .subtract, neighbours: 3,
            mean: [Float](repeating: 0, count: dimensions), deviation: [Float](repeating: 1, count: dimensions),
            values: chosen.flatMap { sample.values[$0 * dimensions..<($0 + 1) * dimensions] }, densities: [], radii: [],
            images: [], owners: [], cellWidth: 1, cellHeight: 1,
            cells: chosen.flatMap { sample.cells[$0 * 3..<($0 + 1) * 3] })
        memory.name(chosen.map { sample.sources[$0] })
        memory.radii = try NearestPatches(memory.values, dimensions: dimensions).coveringRadii(of: sample.values, pool)
        {}
        memory.densities = try NearestPatches(sample.values, dimensions: dimensions)
            .meanDistances(of: chosen, neighbours: 3, pool)
        return memory
    }

    @Test("The covering radii of all first points are those that comparing all pairs finds", arguments: [1, 17, 700])
    func radii(count: Int) throws {
        let patches = Self.sample(900, around: 0, 1).values, points = Self.sample(count, around: 0, 2).values
        let memory = try NearestPatches(points, dimensions: Self.dimensions)
        var found: [[Float]] = []
        for threads in [1, 2, 3] {
            let pool = WorkerPool(workerCount: threads)
            defer { pool.stop() }
            found.append(memory.coveringRadii(of: patches, pool) {})
        }
        #expect(found[0] == found[1] && found[0] == found[2])
        for number in [0, 1, 15, 16, 511, 512, count - 1] where number < count {
            let expected = Self.radius(points[..<((number + 1) * Self.dimensions)], patches)
            #expect(abs(found[0][number] - expected) < 1e-4 * expected, "\(number)")
        }
    }

    @Test(
        "After every extension, all patches ever sampled lie within the covering radius, and the points are bounded",
        arguments: [60, 150, 1000])
    func covers(most: Int) throws {
        let pool = WorkerPool(workerCount: 2)
        defer { pool.stop() }
        let first = Self.sample(600, around: 0, 1)
        var memory = try Self.memory(first, points: 60, pool)
        var all = first.values
        let original = try #require(memory.radii.last)
        for night in UInt8(2)...5 {
            let sample = Self.sample(200, around: Float(night) / 4, night)
            let former = memory
            memory = try former.extended(by: sample, from: .of([night]), most: most, pool) {}
            all += sample.values
            let extended = try #require(memory.extended)
            #expect(memory.count <= most && memory.count == former.count + extended.added - extended.dropped)
            #expect(extended.sampled == 200 && extended.covered + extended.added <= 200 && extended.added > 0)
            #expect(try MemoryPayload(bytes: memory.bytes, name: "m") == memory)
            for number in [0, 9, memory.count / 2, memory.count - 1] {
                let radius = Self.radius(memory.values[..<((number + 1) * Self.dimensions)], all)
                #expect(radius <= memory.radii[number] * 1.0001, "\(night) \(number)")
            }
            if most == 1000 {
                #expect(extended.dropped == 0 && memory.radii.last! <= original)
            }
            // Old points keep their densities and pictures.
            for point in 0..<memory.count {
                let values = memory.values[point * Self.dimensions..<(point + 1) * Self.dimensions]
                let image = memory.images[Int(memory.owners[point])]
                let number = (UInt8(1)...night).first { Digest.of([$0]) == image }
                #expect(memory.cells[3 * point] == number)
                guard number != night else { continue }
                let old = try #require(
                    (0..<former.count).first {
                        former.values[$0 * Self.dimensions..<($0 + 1) * Self.dimensions] == values
                    })
                #expect(memory.densities[point] == former.densities[old])
            }
        }
        if most == 60 { #expect(try #require(memory.radii.last) > original) }
    }

    @Test("Points are dropped in favour of patches far from all of them, but no more than half")
    func bounded() throws {
        let pool = WorkerPool(workerCount: 1)
        defer { pool.stop() }
        let memory = try Self.memory(Self.sample(400, around: 0, 1), points: 40, pool)
        let grown = try memory.extended(by: Self.sample(400, around: 50, 2), from: .of([9]), most: 40, pool) {}
        #expect(grown.count <= 40)
        let counts = Dictionary(grouping: grown.owners) { grown.images[Int($0)] }.mapValues(\.count)
        #expect(counts[.of([1])]! >= 20 && counts[.of([2])]! >= 10, "\(counts)")
    }

    @Test("Images that the memory covers change nothing but the record of the extension")
    func known() throws {
        let pool = WorkerPool(workerCount: 1)
        defer { pool.stop() }
        let sample = Self.sample(400, around: 0, 1)
        let memory = try Self.memory(sample, points: 40, pool)
        var grown = try memory.extended(by: sample, from: .of([9]), most: 40, pool) {}
        #expect(grown.extended?.words == "400 of 400 sampled patches covered, 0 points added")
        grown.extended = nil
        #expect(zip(grown.radii, memory.radii).allSatisfy { abs($0 - $1) < 1e-5 })
        grown.radii = memory.radii
        #expect(grown == memory)
    }

    @Test("A memory of the first version of the format is refused")
    func firstVersion() throws {
        // Written in Python with struct.pack: "<8sI" of b"NOMMEMOR", 1; "<q" lengths before texts and blocks; SHA-256.
        let bytes = [UInt8](
            hex: """
                4e4f4d4d454d4f5201000000400000000000000034626635313232663334343535346335336264653265626238636432
                623765336431363030616436333163333835613564376363653233633737383534353961010000000000000001000000
                000000006104000000000000006e6f6e6501000000000000000000000001000000000000000000803f01000000000000
                000000803f01000000000000000100000000000000030000000000000001020301000000000000000000003f3c678aba
                b1b9d170399836604f8c1d4514f99771427a8112562fcb62ff41a18f
                """)
        #expect(throws: FormatError.wrongVersion("m", found: 1, expected: 2)) {
            try MemoryPayload(bytes: bytes, name: "m")
        }
    }

    /// A store with a backbone and the images of two nights.
    private func bench() throws -> (bench: StageBench, inputs: (Range<Int>) throws -> [(String, Digest)]) {
        let bench = try StageBench()
        let backbone = Backbone(
            provenance: .init(title: "small", licence: "CC0-1.0", origin: "here", sha256: "00"),
            graph: MemoryTests.graph)
        let digest = try bench.store.put(bytes: backbone.bytes)
        let colour = try bench.put(json: DataSetColour(isGrey: false))
        return (
            bench,
            { numbers in
                let entries = try numbers.map { number in
                    TrainingIndex.Entry(
                        source: .of([UInt8(number)]),
                        pixels: try bench.store.put(
                            bytes: PackedImage(
                                TinyDataSet.image(number, width: 32, height: 24),
                                original: .init(width: 32, height: 24, bitDepth: 8, format: .png, colour: .rgb)
                            ).bytes))
                }
                return [
                    ("training", try bench.put(json: TrainingIndex(entries: entries))), ("colour", colour),
                    ("backbone", digest),
                ]
            }
        )
    }

    @Test("A night's stage makes the same bytes for any number of threads, and keeps the standardisation")
    func stage() throws {
        let settings = MemorySettings(
            taps: ["fine", "coarse"], points: 30, density: .subtract, neighbours: 4, variants: 1)
        let samples = SampleSettings(
            seed: 1, batchSize: 2, augmentation: Augmentation(), grid: TileGrid(width: 32, height: 24))
        let engine = EngineChoice(kind: .onednn, precision: .float32).with(detector: "memory")
        var results: [[UInt8]] = []
        for threads in 1...3 {
            let (bench, inputs) = try bench()
            func run(_ stage: any Stage, _ inputs: [(String, Digest)]) throws -> [UInt8] {
                let task = PipelineTask(
                    id: TaskID("stage"), stage: stage,
                    inputs: inputs.map { TaskInput(name: $0.0, source: .blob($0.1)) })
                let summary = try bench.execute(TaskGraph([task]), threads: threads)
                return try bench.store.read(try #require(summary.output(of: task.id, named: "detector")))
            }
            let filled = try run(FitMemoryStage(memory: settings, samples: samples, engine: engine), inputs(0..<6))
            let model = Model(
                name: "m", grid: samples.grid,
                scoring: ScoringParameters(boxSize: 3, boxPasses: 1, imageScore: .max, topFraction: 0.5),
                calibration: Calibration(scores: [1, 2], quantile: 0.5), mapCeiling: 1, pixelThreshold: 1.5,
                kind: "memory", payload: filled)
            let digest = try bench.store.put(bytes: model.bytes)
            let grown = try run(
                ExtendMemoryStage(memory: settings, samples: samples, engine: engine),
                try inputs(6..<9) + [("model", digest), ("normals", try inputs(0..<9)[0].1)])
            results.append(grown)
            let former = try MemoryPayload(bytes: filled, name: "m"),
                memory = try MemoryPayload(bytes: grown, name: "m")
            #expect(former.extended == nil && memory.extended?.startedFrom == digest)
            #expect(memory.mean == former.mean && memory.deviation == former.deviation)
            #expect(memory.count <= 30 && Set(memory.images).isSubset(of: (0..<9).map { Digest.of([UInt8($0)]) }))
            let stage = ExtendMemoryStage(memory: settings, samples: samples, engine: engine)
            let backbone = try #require(try inputs(0..<1).last).1
            #expect(try stage.extends(model, backbone: backbone, range: nil, colour: nil, frame: nil))
            var others = [stage, stage, stage, stage]
            others[0].memory.taps = ["fine"]
            others[1].memory.density = .none
            others[2].memory.neighbours = 5
            others[3].samples.grid = TileGrid(width: 24, height: 24)
            for other in others {
                #expect(try !other.extends(model, backbone: backbone, range: nil, colour: nil, frame: nil))
            }
            #expect(try !stage.extends(model, backbone: .of([1]), range: nil, colour: nil, frame: nil))
            #expect(
                try !stage.extends(
                    model, backbone: backbone, range: SampleRange(lowest: 0, highest: 2), colour: nil, frame: nil))
            #expect(try !stage.extends(model, backbone: backbone, range: nil, colour: .sRGB, frame: nil))
        }
        #expect(results[0] == results[1] && results[0] == results[2])
    }
}
