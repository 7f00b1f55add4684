import AnomalyDetection
import Backbones
import Imaging
import NeuralNetworks
import SeededRandom

@testable import Stages

/// Models of random numbers on small images, of every kind that can be exported.
struct SmallModels {
    struct Example: Sendable, CustomStringConvertible {
        var name: String
        var model: Model
        var samples: ModelGraph.Samples?
        var takesFloat = false
        var size: ModelGraph.ImageSize?

        var description: String { name }
        var isOnFeatures: Bool { ![AutoencoderKind.name, SegmentationKind.name].contains(model.kind) }
    }

    static let single = TileGrid(width: 40, height: 32)
    /// Of which a half has the least size that maps can be normalised at.
    static let large = TileGrid(width: 80, height: 64)
    static let largeTiled = TileGrid(width: 144, height: 112, tileWidth: 64, tileHeight: 80, overlap: 12)
    static let tiled = TileGrid(width: 72, height: 56, tileWidth: 32, tileHeight: 40, overlap: 6)

    static let backbone: Backbone = {
        var graph = InferenceGraph(scaling: .imageNet)
        func convolution(_ name: String, _ input: Int, _ shape: (from: Int, to: Int), stride: Int, clip: Bool) -> Int {
            let value = graph.append(
                name,
                .convolution(
                    InferenceConvolution(
                        inputChannels: shape.from, outputChannels: shape.to,
                        window: InferenceWindow(square: 3, stride: stride, padding: .same),
                        weights: numbers(shape.from * shape.to * 9, name), bias: numbers(shape.to, name + " bias"))),
                input)
            return clip ? graph.append(name + ".clip", .clip(.relu6), value) : value
        }
        let stem = convolution("stem", 0, (3, 6), stride: 2, clip: true)
        let pooled = graph.append("pool", .maxPool(InferenceWindow(square: 2, stride: 2)), stem)
        let fine = convolution("fine", pooled, (6, 6), stride: 1, clip: true)
        let sum = graph.append("sum", .add, fine, pooled)
        let coarse = convolution("coarse", sum, (6, 8), stride: 2, clip: false)
        let scaled = graph.append(
            "scaled", .scale(factors: numbers(8, "factors"), offsets: numbers(8, "offsets")), coarse)
        graph.taps = [.init("fine", sum), .init("coarse", scaled)]
        return Backbone(
            provenance: .init(title: "small", licence: "CC0-1.0", origin: "here", sha256: "00"), graph: graph)
    }()

    /// Numbers of -0.5 to 0.5.
    static func numbers(_ count: Int, _ stream: String) -> [Float] {
        var generator = SeededGenerator(seed: 1, stream: [StableHash.of(stream)])
        return (0..<count).map { _ in generator.uniform(-0.5, 0.5) }
    }

    static func positive(_ count: Int, _ stream: String) -> [Float] { numbers(count, stream).map { $0 + 0.7 } }

    static func model(
        _ kind: String, _ payload: [UInt8], _ scoring: ScoringParameters, _ grid: TileGrid, range: SampleRange? = nil,
        threshold: Float? = nil
    ) -> Model {
        let scores: [Float] = [0.5, 0.7, 0.9, 1.4]
        return Model(
            name: "small", grid: grid, range: range, scoring: scoring,
            calibration: Calibration(
                scores: scores, quantile: 0.9, scale: kind == AutoencoderKind.name ? .logarithmic : .linear,
                chosenThreshold: threshold), mapCeiling: 1, pixelThreshold: 1.5, kind: kind, payload: payload)
    }

    static func scoring(
        _ normalization: ScoringParameters.MapNormalization = .none, levels: Int = 1, scales: Int = 1, box: Int = 5,
        passes: Int = 2, image score: ScoringParameters.ImageScore = .topK
    ) -> ScoringParameters {
        ScoringParameters(
            boxSize: box, boxPasses: passes, scales: scales, levels: levels, normalization: normalization,
            imageScore: score, topFraction: 0.05)
    }

    // MARK: - Payloads

    static func autoencoder(
        _ scoring: ScoringParameters, architecture: NetworkArchitecture = .sdcCCM, reduction: Int = 1,
        input: NetworkInput = .pixels
    ) throws -> [UInt8] {
        let network = architecture.description(baseWidth: 4)
        let payload = AutoencoderPayload(
            architecture: architecture, baseWidth: 4, reduction: reduction, input: input,
            parameters: network.initialParameters(seed: 3),
            normalization: PixelNormalization(mean: [0.4, 0.5, 0.6], deviation: 0.2),
            expectedErrors: scoring.normalization == .none
                ? []
                : (0..<scoring.levels).map { level in
                    ExpectedError(
                        meanError: FloatMap(width: 32, height: 32, values: positive(1024, "expected \(level)")))
                },
            contrastResponse: scoring.normalization != .localContrast
                ? nil
                : {
                    var samples = ContrastResponse.Samples()
                    samples.add(
                        errors: positive(400, "errors"),
                        contrasts: positive(400, "contrasts").map { $0 * $0 * $0 * 0.1 })
                    return ContrastResponse(samples)
                }())
        return payload.bytes
    }

    static func segmentation(reduction: Int, input: NetworkInput = .pixels) throws -> [UInt8] {
        SegmentationPayload(
            autoencoder: try AutoencoderPayload(
                bytes: autoencoder(scoring(), reduction: reduction, input: input), name: "small autoencoder"),
            baseWidth: 3, parameters: NetworkDescription.segmentation(baseWidth: 3).initialParameters(seed: 4)
        ).bytes
    }

    static func memory(_ density: PatchDensity, foreground: Bool = false) throws -> [UInt8] {
        let points = 37
        return MemoryPayload(
            backbone: .of(backbone.bytes), taps: ["fine", "coarse"], foreground: foreground, density: density,
            neighbours: 3, mean: numbers(14, "mean"), deviation: positive(14, "deviation"),
            values: numbers(14 * points, "points"), densities: positive(points, "densities"),
            radii: [Float](repeating: 1, count: points), images: [.of([1])],
            owners: [UInt32](repeating: 0, count: points), cellWidth: 1, cellHeight: 1,
            cells: [UInt8](repeating: 0, count: 3 * points)
        ).bytes
    }

    static func gaussian(places: Int) -> [UInt8] {
        let channels: [UInt32] = [0, 2, 3, 7, 13]
        var factors = numbers(places * Cholesky.count(channels.count), "factors")
        for place in 0..<places {
            for row in channels.indices {
                factors[place * Cholesky.count(channels.count) + Cholesky.count(row) + row] += 0.8
            }
        }
        return GaussianPayload(
            backbone: .of(backbone.bytes), taps: ["fine", "coarse"], channels: channels,
            means: numbers(places * channels.count, "means"), factors: factors
        ).bytes
    }

    static func random() -> [UInt8] {
        RandomPayload(
            backbone: .of(backbone.bytes), taps: ["coarse", "fine"], directions: numbers(14 * 11, "directions"),
            medians: numbers(11, "medians"), deviations: positive(11, "deviations")
        ).bytes
    }

    static func fusion(_ rule: FusionRule, _ parts: [(kind: String, payload: [UInt8])]) -> [UInt8] {
        FusionPayload(
            rule: rule,
            members: parts.enumerated().map { number, part in
                FusionPayload.Member(
                    kind: part.kind, payload: part.payload, mapWeight: 1 / Float(parts.count),
                    scoreWeight: 1 / Float(parts.count),
                    map: .init(middle: 0.2 + Float(number), spread: 0.7),
                    scoreMap: .init(middle: 0.1, spread: 0.4 + Float(number)))
            }
        ).bytes
    }
}
