import SeededRandom
import Testing

@testable import NeuralNetworks

@Suite("8-bit networks")
struct QuantizationTests {
    private func range(_ values: Float...) -> ValueRange {
        var range = ValueRange()
        range.add(values, count: values.count)
        return range
    }

    @Test("Values round to the nearest of 256 codes, halves to even, and outside to the ends; 0 stays 0")
    func rounding() {
        let codes = LinearQuantization(covering: range(-1, 1.55))
        #expect(codes.scale == Float(2.55) / 255 && codes.zeroPoint == 100)
        for (value, code) in [(0.0, 0), (0.012, 1), (-0.018, -2), (9, 155), (-9, -100)] as [(Float, Float)] {
            #expect(abs(codes.rounded(value) - code * codes.scale) < 1e-7, "\(value)")
        }
        let whole = LinearQuantization(covering: range(0, 255))
        #expect(whole.rounded(2.5) == 2 && whole.rounded(3.5) == 4 && whole.rounded(0.5) == 0)
        // Ranges without 0 are extended, and ranges without width are harmless.
        #expect(LinearQuantization(covering: range(2, 4)).rounded(0) == 0)
        #expect(LinearQuantization(covering: range(-4, -2)).zeroPoint == 255)
        #expect(LinearQuantization(covering: range(0, 0)).rounded(0) == 0)
        #expect(LinearQuantization(covering: range()).rounded(3) == 3)
    }

    @Test("Weights use the whole range of each channel, and zero channels stay zero")
    func weights() {
        let weights = QuantizedWeights(
            weights: [0.5, -1, 0.25, 0, 0, 0, 2, 2, -2], bias: [1, -0.5, 0], inputScale: 0.5)
        #expect(weights.codes == [64, -127, 32, 0, 0, 0, 127, 127, -127])
        #expect(weights.scales == [1 / 127, 1, 2 / 127])
        #expect(weights.bias == [254, -1, 0])
        #expect(weights.values.bias == [1, -0.5, 0])
    }

    @Test(
        "A quantised network is close to the original, the same for all thread counts, and differs with coarser numbers"
    )
    func network() throws {
        let network = NetworkArchitecture.sdcCCM.description(baseWidth: 4)
        let parameters = network.initialParameters(seed: 3)
        var generator = SeededGenerator(seed: 1, stream: "quantization")
        let images = (0..<3).map { _ in (0..<3 * 32 * 48).map { _ in generator.uniform(-1, 1) } }
        func engine(_ threads: Int) throws -> NetworkEngine {
            try NetworkEngine(.openblas, network: network, height: 32, width: 48, purpose: .inference, threads: threads)
        }
        let plain = try engine(1)
        try plain.load(parameters)
        let expected = plain.reconstruct(images)
        let ranges = plain.ranges(images)
        #expect(plain.reconstruct(images) == expected, "measuring leaves nothing behind")
        #expect(ranges.allSatisfy { $0.input.lowest < $0.input.highest && $0.output.lowest < $0.output.highest })
        #expect(ranges[0].input.lowest >= -1 && ranges[0].input.highest <= 1)
        var found: [[[Float]]] = []
        for threads in [1, 3] {
            let engine = try engine(threads)
            try engine.load(parameters)
            #expect(engine.ranges(images) == ranges)
            let quantization = NetworkQuantization(network, parameters: parameters, ranges: ranges)
            #expect(quantization.convolutions.count { $0 == nil } == 2, "the first and the last stay as they are")
            try engine.load(parameters, quantization)
            found.append(engine.reconstruct(images))
        }
        #expect(found[0] == found[1])
        let differences = zip(found[0].joined(), expected.joined()).map { abs($0 - $1) }
        let size = expected.joined().map(abs).max() ?? 0
        let largest = differences.max() ?? 0
        #expect(largest > 0 && largest < 0.05 * size, "\(largest) of \(size)")
    }
}
