import Imaging
import NeuralNetworks
import Testing

@testable import AnomalyDetection

@Suite("Expected error")
struct ExpectedErrorTests {
    static func map(width: Int, height: Int, _ value: (Int, Int) -> Float) -> FloatMap {
        FloatMap(
            width: width, height: height, values: (0..<width * height).map { value($0 % width, $0 / width) })
    }

    @Test("A constant error gives 1.5 times that error everywhere")
    func even() {
        let expected = ExpectedError(meanError: Self.map(width: 70, height: 45) { _, _ in 0.02 })
        #expect(expected.values.count == 32 * 32)
        #expect(expected.values.allSatisfy { abs($0 - 0.03) < 1e-6 })
        #expect(expected.weights(width: 70, height: 45).allSatisfy { abs($0 - 1 / 0.03) < 1e-2 })
    }

    @Test("The field follows the errors of normal images and varies slowly")
    func smooth() {
        let expected = ExpectedError(meanError: Self.map(width: 128, height: 64) { x, _ in x < 64 ? 0.001 : 0.1 })
        let row = Array(expected.values[0..<32])
        #expect(row == row.sorted())
        #expect(row[31] > 2 * row[0])
        #expect(zip(row, row.dropFirst()).allSatisfy { $1 < 1.2 * $0 })
        let weights = expected.weights(width: 128, height: 64)
        #expect(weights.count == 128 * 64 && weights[0] > weights[127])
    }

    @Test("Weights are finite without any error")
    func zero() {
        let expected = ExpectedError(meanError: Self.map(width: 32, height: 32) { _, _ in 0 })
        #expect(expected.weights(width: 32, height: 32).allSatisfy { $0.isFinite && $0 > 0 })
    }

    @Test("Invalid values are rejected")
    func refused() {
        let good = [Float](repeating: 1, count: 1024)
        #expect(ExpectedError(values: good) != nil)
        for (place, value) in [(0, Float.nan), (5, 0), (1023, -1), (7, .infinity)] {
            var bad = good
            bad[place] = value
            #expect(ExpectedError(values: bad) == nil, "\(value)")
        }
        #expect(ExpectedError(values: Array(good.dropLast())) == nil)
        #expect(ExpectedError(values: []) == nil)
    }

    @Test(
        "Normal errors give maps of about 1 at any number of scales and levels",
        arguments: [(1, 1), (2, 1), (3, 1), (1, 2), (2, 4)])
    func detection(scales: Int, levels: Int) throws {
        // With all parameters zero, the output is grey, and the error of an image is its distance from grey.
        let network = NetworkArchitecture.sdc.description(baseWidth: 2)
        let engine = try NetworkEngine(
            .openblas, network: network, height: 64, width: 96, purpose: .inference, threads: 1)
        let image = CorruptionTestImages.weave(width: 96, height: 64, seed: 3)
        let scoring = ScoringParameters(
            boxSize: 7, boxPasses: 3, scales: scales, levels: levels, normalization: .expectedError,
            imageScore: .mean, topFraction: 0.01)
        func detector(_ expectedErrors: [ExpectedError]) throws -> Autoencoder {
            let payload = AutoencoderPayload(
                architecture: .sdc, baseWidth: 2, parameters: [Float](repeating: 0, count: network.parameterCount),
                normalization: PixelNormalization(mean: [0.5, 0.5, 0.5], deviation: 0.25),
                expectedErrors: expectedErrors)
            return try Autoencoder(
                engine: engine, payload, grid: TileGrid(width: 96, height: 64), scoring: scoring)
        }
        let errors = try #require(try detector([]).errors([image]).first).levels
        #expect(errors.count == levels)
        let normalized = try detector(errors.map { ExpectedError(meanError: $0) })
        let score = try #require(try normalized.detect([image], scoring).first).score
        // The error divided by itself plus half of its mean.
        #expect(abs(score - 2 / 3) < 0.05)
    }

    @Test("Each scale triples the box, up to the image")
    func boxes() {
        var scoring = ScoringParameters(boxSize: 7, boxPasses: 3, scales: 3, imageScore: .max, topFraction: 0)
        #expect(scoring.boxSizes(shorterSide: 256) == [7, 21, 63])
        #expect(scoring.boxSizes(shorterSide: 64) == [7, 21, 63])
        #expect(scoring.boxSizes(shorterSide: 32) == [7, 21, 31])
        #expect([256, 192, 128, 64, 32].map { ScoringParameters.usualBoxSize(shorterSide: $0) } == [7, 5, 3, 3, 3])
        scoring.scales = 1
        #expect(scoring.boxSizes(shorterSide: 32) == [7])
    }
}
