import AnomalyDetection
import Backbones
import ContentStore
import DatasetTestSupport
import Imaging
import NeuralNetworks
import Pipeline
import PipelineTestSupport
import StageTestSupport
import Testing

@testable import Stages

/// The features of training images for detectors on a pretrained network.
@Suite("Features of training images") struct FeatureReaderTests {
    /// The inputs of the stages that fit detectors, and their samples.
    private func inputs(_ bench: StageBench, _ graph: InferenceGraph, _ images: [PlanarImage]) throws
        -> (inputs: [(String, Digest)], samples: SampleSettings)
    {
        let original = PackedImage.Original(
            width: images[0].width, height: images[0].height, bitDepth: 8, format: .png, colour: .rgb)
        let entries = try images.map { image in
            let pixels = try bench.store.put(bytes: PackedImage(image, original: original).bytes)
            return TrainingIndex.Entry(source: pixels, pixels: pixels)
        }
        let backbone = Backbone(
            provenance: .init(title: "small", licence: "CC0-1.0", origin: "here", sha256: "00"), graph: graph)
        return (
            [
                ("training", try bench.put(json: TrainingIndex(entries: entries))),
                ("colour", try bench.put(json: DataSetColour(isGrey: false))),
                ("backbone", try bench.store.put(bytes: backbone.bytes)),
            ],
            SampleSettings(
                seed: 1, batchSize: 1, augmentation: Augmentation(),
                grid: TileGrid(width: images[0].width, height: images[0].height))
        )
    }

    private static let engine = EngineChoice(kind: .onednn, precision: .float32).with(detector: "memory")

    /// The stages that fit detectors, on the taps of the small network.
    private func stages(_ samples: SampleSettings, foreground: Bool = false) -> [any Stage] {
        let taps = ["fine", "coarse"], engine = Self.engine
        return [
            FitMemoryStage(
                memory: MemorySettings(
                    taps: taps, points: 6, density: .subtract, neighbours: 2, variants: 1,
                    foreground: foreground),
                samples: samples, engine: engine),
            FitGaussianStage(
                gaussian: GaussianSettings(taps: taps, channels: 4, place: .all, variants: 1, foreground: foreground),
                samples: samples,
                engine: engine),
            FitRandomStage(
                random: RandomSettings(taps: taps, directions: 70, variants: 1, foreground: foreground),
                samples: samples, engine: engine),
        ]
    }

    @Test("Features that are not finite, or whose squares would not be, are an error with task, tap and remedy")
    func unusableFeatures() throws {
        var graph = MemoryTests.graph
        for index in graph.nodes.indices {
            guard case .convolution(var convolution) = graph.nodes[index].operation else { continue }
            convolution.weights = convolution.weights.map { $0 * 1e9 }
            graph.nodes[index].operation = .convolution(convolution)
        }
        let bench = try StageBench()
        let images = (0..<3).map { TinyDataSet.image($0, width: 40, height: 24) }
        let (inputs, samples) = try inputs(bench, graph, images)
        for stage in stages(samples) {
            let error = #expect(throws: StageFailure.self) { try bench.run(stage, inputs) }
            let text = "\(error!)"
            #expect(
                text.contains("stage: the backbone gives a feature of ") && text.contains("at the tap \"fine\"")
                    && text.contains("nominal backbones add"), "\(text)")
        }
    }

    @Test(
        "A sample is spread evenly over the reads, and bounded for any number of them",
        arguments: [(1, 10), (3, 10), (10, 10), (11, 10), (19, 10), (100_000, 16_384), (6_400_000, 16_384)])
    func share(count: Int, total: Int) {
        let shares = (0..<count).map { FeatureReader.share(of: $0, among: count, total: total) }
        let sum = shares.reduce(0, +)
        if count <= total {
            #expect(Set(shares).count == 1 && sum >= total && sum < 2 * total)
        } else {
            let taken = shares.indices.filter { shares[$0] > 0 }
            #expect(sum == total && taken.count == total, "one patch of a read at most")
            let gaps = zip(taken, taken.dropFirst()).map { $1 - $0 }
            #expect(gaps.allSatisfy { ($0 == count / total) || ($0 == count / total + 1) })
        }
    }

    @Test("Medians along random directions are those of all patches, however many directions are taken at a time")
    func directions() throws {
        let bench = try StageBench()
        let images = (0..<3).map { TinyDataSet.image($0, width: 40, height: 24) }
        let (inputs, samples) = try inputs(bench, MemoryTests.graph, images)
        let outputs = try bench.run(stages(samples)[2], inputs)
        let payload = try RandomPayload(bytes: try bench.store.read(outputs["detector"]!), name: "r")
        let extractor = try PatchExtractor(
            MemoryTests.graph, taps: ["fine", "coarse"], engine: .onednn, threads: 1)
        let values = try extractor.features(images).flatMap(\.values)
        func middle(_ values: [Float]) -> Float {
            let sorted = values.sorted()
            return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        }
        #expect(payload.count == 70)
        for number in [0, 63, 64, 69] {
            let direction = payload.directions[number * 14..<(number + 1) * 14]
            #expect(abs(direction.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
            let along = stride(from: 0, to: values.count, by: 14).map { start in
                zip(values[start..<start + 14], direction).reduce(Float(0)) { $0 + $1.0 * $1.1 }
            }
            let median = middle(along)
            #expect(abs(payload.medians[number] - median) < 1e-4)
            #expect(abs(payload.deviations[number] - middle(along.map { abs($0 - median) })) < 1e-4)
        }
    }

    /// A textured square of 16 x 16 pixels on a plain background of 48 x 48.
    private static func object(_ number: Int) -> PlanarImage {
        let texture = TinyDataSet.image(number, width: 48, height: 48)
        var image = PlanarImage(width: 48, height: 48, channels: 3, repeating: 0)
        for channel in 0..<3 {
            for y in 16..<32 {
                for x in 16..<32 {
                    let pixel = (channel * 48 + y) * 48 + x
                    image.values[pixel] = 0.5 + texture.values[pixel] / 2
                }
            }
        }
        return image
    }

    @Test("Patches outside the object with its margin are left out; where there is no plain background, none")
    func outside() throws {
        let extractor = try PatchExtractor(MemoryTests.graph, taps: ["fine"], engine: .onednn, threads: 1)
        let images = [Self.object(1), TinyDataSet.image(2, width: 48, height: 48)]
        let grid = TileGrid(width: 48, height: 48)
        let found = try extractor.features(images, grid, foreground: true)
        // Pixels 14 to 33, so cells 3 to 8 of 12.
        let inside = (0..<144).filter(found[0].isInside)
        #expect(inside == (3...8).flatMap { row in (3...8).map { row * 12 + $0 } })
        #expect((0..<144).allSatisfy(found[1].isInside))
        #expect(try extractor.features(images, grid, foreground: false).allSatisfy(\.outside.isEmpty))
        let tiles = TileGrid(width: 48, height: 48, tileWidth: 32, tileHeight: 32, overlap: 8)
        let parts = try extractor.features(images, tiles, foreground: true)
        // The last tile starts at 16, so its first five cells along each axis are inside.
        #expect((0..<64).filter(parts[3].isInside) == (0...4).flatMap { row in (0...4).map { row * 8 + $0 } })
    }

    @Test("Detectors of the foreground learn no patch of the background, and their maps have the lowest value there")
    func foreground() throws {
        let bench = try StageBench()
        let images = (0..<3).map(Self.object), grid = TileGrid(width: 48, height: 48)
        let (inputs, samples) = try inputs(bench, MemoryTests.graph, images)
        let extractor = try PatchExtractor(
            MemoryTests.graph, taps: ["fine", "coarse"], engine: .onednn, threads: 1)
        let inside = try extractor.features(images, grid, foreground: true).flatMap { tile in
            (0..<tile.count).filter(tile.isInside).map { Array(tile.values[$0 * 14..<($0 + 1) * 14]) }
        }
        #expect(inside.count == 3 * 36)
        let payloads = try stages(samples, foreground: true).map { stage in
            try bench.store.read(try bench.run(stage, inputs)["detector"]!)
        }
        let memory = try MemoryPayload(bytes: payloads[0], name: "m")
        let gaussian = try GaussianPayload(bytes: payloads[1], name: "g")
        let random = try RandomPayload(bytes: payloads[2], name: "r")
        for dimension in 0..<14 {
            let mean = inside.reduce(0) { $0 + $1[dimension] } / Float(inside.count)
            #expect(abs(memory.mean[dimension] - mean) < 1e-4)
            if let place = gaussian.channels.firstIndex(of: UInt32(dimension)) {
                #expect(abs(gaussian.means[place] - mean) < 1e-4)
            }
        }
        let along = inside.map { zip($0, random.directions).reduce(Float(0)) { $0 + $1.0 * $1.1 } }.sorted()
        #expect(abs(random.medians[0] - (along[53] + along[54]) / 2) < 1e-4)
        let detectors: [any Detector] = [
            try MemoryDetector(memory, extractor, grid: grid, threads: 1),
            GaussianDetector(gaussian, extractor, grid: grid, threads: 1),
            try RandomDetector(random, extractor, grid: grid, threads: 1),
        ]
        for detector in detectors {
            let found = try #require(try detector.maps([Self.object(7)]).first)
            #expect(found.map.values[0] == 0 && found.map.values[47 * 48 + 24] == 0)
            #expect(found.map.values[24 * 48 + 24] > 0)
            guard let scored = found.scoreMap else { continue }
            #expect(scored.values[0] == -memory.densities.max()! && scored.values.min() == scored.values[0])
        }
    }
}
