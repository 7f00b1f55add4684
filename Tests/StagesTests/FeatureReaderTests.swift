import AnomalyDetection
import Backbones
import ContentStore
import DatasetTestSupport
import Imaging
import NeuralNetworks
import Pipeline
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
    private func stages(_ samples: SampleSettings) -> [any Stage] {
        let taps = ["fine", "coarse"], engine = Self.engine
        return [
            FitMemoryStage(
                memory: MemorySettings(taps: taps, points: 6, density: .subtract, neighbours: 2, variants: 1),
                samples: samples, engine: engine),
            FitGaussianStage(
                gaussian: GaussianSettings(taps: taps, channels: 4, place: .all, variants: 1), samples: samples,
                engine: engine),
            FitRandomStage(
                random: RandomSettings(taps: taps, directions: 70, variants: 1), samples: samples, engine: engine),
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
}
