import Glibc
import SeededRandom
import Tensors
import Testing

@Suite("Activation kernels")
struct ActivationKernelTests {
    static let count = 1003
    let kernels = TensorKernels(precision: .float32)

    @Test("ELU and sigmoid agree with the C library, also for extreme values")
    func activations() {
        let extremes: [Float] = [0, -0.0, -1e-6, 1e-6, -87.5, 88, -1000, 1000, -.infinity]
        let inputs = randomValues(Self.count, seed: 1, -20, 20) + extremes
        var elu = inputs
        FloatKernels.elu(&elu, count: elu.count)
        #expect(largestDifference(elu, inputs.map { $0 > 0 ? $0 : expm1f($0) }) < 3e-7)
        var sigmoid = inputs
        FloatKernels.sigmoid(&sigmoid, count: sigmoid.count)
        #expect(largestDifference(sigmoid, inputs.map { Float(1 / (1 + exp(-Double($0)))) }) < 3e-7)
    }

    @Test("The gradient of ELU is computed from its output: 1 above zero, e^x below")
    func eluBackward() {
        let inputs = randomValues(Self.count, seed: 2, -6, 3)
        let incoming = randomValues(Self.count, seed: 3)
        var outputs = inputs
        var gradient = incoming
        FloatKernels.elu(&outputs, count: Self.count)
        kernels.eluBackward(gradient: &gradient, output: &outputs, count: Self.count)
        let expected = zip(inputs, incoming).map { $1 * ($0 > 0 ? 1 : expf($0)) }
        #expect(largestDifference(gradient, expected) < 5e-7)
    }

    @Test("Addition is element-wise")
    func addition() {
        let (first, second) = (randomValues(Self.count, seed: 4), randomValues(Self.count, seed: 5))
        var (addend, sum) = (first, second)
        kernels.add(&addend, to: &sum, count: Self.count)
        #expect(sum == zip(first, second).map { $1 + $0 })
    }

    @Test("A convex combination is between its inputs and exact at both ends")
    func combination() {
        let (a, b) = (randomValues(Self.count, seed: 7), randomValues(Self.count, seed: 8))
        func combined(_ gates: [Float]) -> [Float] {
            var (gate, first, second) = (gates, a, b)
            var output = [Float](repeating: .nan, count: Self.count)
            kernels.combine(gate: &gate, first: &first, second: &second, output: &output, count: Self.count)
            return output
        }
        let gates = randomValues(Self.count, seed: 9, 0, 1)
        let output = combined(gates)
        let expected = gates.indices.map { index -> Float in
            let gate = gates[index]
            return gate * a[index] + (1 - gate) * b[index]
        }
        #expect(largestDifference(output, expected) < 3e-7)
        for (index, value) in output.enumerated() {
            let (low, high) = (min(a[index], b[index]), max(a[index], b[index]))
            if value < low - 1e-6 || value > high + 1e-6 { Issue.record("\(value) outside \(low) ... \(high)") }
        }
        #expect(combined(Array(repeating: 0, count: Self.count)) == b)
        #expect(largestDifference(combined(Array(repeating: 1, count: Self.count)), a) < 3e-7)
    }

    @Test("Gradients of a combination agree with central differences, including the gate's sigmoid")
    func combinationBackward() {
        let logits = randomValues(Self.count, seed: 10, -4, 4)
        let (a, b) = (randomValues(Self.count, seed: 11), randomValues(Self.count, seed: 12))
        let incoming = randomValues(Self.count, seed: 13)
        var gate = logits
        FloatKernels.sigmoid(&gate, count: Self.count)
        var (first, second, outputGradient) = (a, b, incoming)
        var gateGradient = [Float](repeating: .nan, count: Self.count)
        var (firstGradient, secondGradient) = (gateGradient, gateGradient)
        kernels.combineBackward(
            gate: &gate, first: &first, second: &second, outputGradient: &outputGradient, gateGradient: &gateGradient,
            firstGradient: &firstGradient, secondGradient: &secondGradient, count: Self.count)

        func output(_ logit: Double, _ first: Double, _ second: Double) -> Double {
            let gate = 1 / (1 + exp(-logit))
            return gate * first + (1 - gate) * second
        }
        func numeric(_ index: Int, _ direction: (Double, Double, Double)) -> Float {
            let (z, x, y) = (Double(logits[index]), Double(a[index]), Double(b[index]))
            let step = 1e-5
            let up = output(z + step * direction.0, x + step * direction.1, y + step * direction.2)
            let down = output(z - step * direction.0, x - step * direction.1, y - step * direction.2)
            return Float(Double(incoming[index]) * (up - down) / (2 * step))
        }
        #expect(largestDifference(gateGradient, (0..<Self.count).map { numeric($0, (1, 0, 0)) }) < 1e-6)
        #expect(largestDifference(firstGradient, (0..<Self.count).map { numeric($0, (0, 1, 0)) }) < 1e-6)
        #expect(largestDifference(secondGradient, (0..<Self.count).map { numeric($0, (0, 0, 1)) }) < 1e-6)
    }

    @Test("Biases fill planes, and their gradients are sums of planes")
    func biases() {
        var planes = [Float](repeating: .nan, count: 3 * 35)
        FloatKernels.fillBias(&planes, bias: [1, -2, 0.5], channels: 3, pixels: 35)
        #expect(planes == [1, -2, 0.5].flatMap { Array(repeating: $0, count: 35) })
        var sums: [Float] = [.nan, .nan, .nan]
        FloatKernels.biasGradient(planes, to: &sums, channels: 3, pixels: 35)
        #expect(sums == [35, -70, 17.5])
    }
}

@Suite("bfloat16 conversion")
struct BFloat16Tests {
    let kernels = TensorKernels(precision: .bfloat16)

    func stored(_ values: [Float]) -> [UInt16] {
        var bits = [UInt16](repeating: 0, count: values.count)
        kernels.store(values, to: &bits, count: values.count)
        return bits
    }

    func unpacked(_ bits: [UInt16]) -> [Float] {
        var bits = bits
        var values = [Float](repeating: 0, count: bits.count)
        kernels.unpack(&bits, to: &values, channels: 1, pixels: bits.count, block: 1)
        return values
    }

    @Test(
        "Rounding is to nearest, ties to even",
        arguments: [
            (Float(1), UInt16(0x3F80)), (-1, 0xBF80), (0, 0), (-0.0, 0x8000), (.pi, 0x4049),
            (0x1.01p0, 0x3F80), (0x1.0102p0, 0x3F81), (0x1.03p0, 0x3F82), (0x1.02fffep0, 0x3F81),
            (-0x1.01p0, 0xBF80), (-0x1.03p0, 0xBF82),
            (0x1.ffp0, 0x4000), (0x1.fep127, 0x7F7F), (0x1.fefffep127, 0x7F7F), (0x1.ffp127, 0x7F80),
            (.greatestFiniteMagnitude, 0x7F80), (-.greatestFiniteMagnitude, 0xFF80),
            (.infinity, 0x7F80), (-.infinity, 0xFF80),
            (0x1p-133, 0x0001), (0x1p-134, 0x0000), (0x1.8p-133, 0x0002), (.leastNonzeroMagnitude, 0x0000),
        ])
    func rounding(_ value: Float, _ bits: UInt16) {
        #expect(stored([value]) == [bits])
    }

    @Test(
        "NaN stays NaN for every payload",
        arguments: [0x7FC0_0000, 0x7F80_0001, 0x7FFF_FFFF, 0xFF80_0001, 0xFFFF_FFFF] as [UInt32])
    func notANumber(_ pattern: UInt32) {
        // Covers the vector loop and its remainder.
        let values = [Float](repeating: Float(bitPattern: pattern), count: 37)
        #expect(unpacked(stored(values)).allSatisfy { $0.isNaN })
    }

    @Test("Every stored value converts to float and back unchanged")
    func everyPattern() {
        let patterns = (0...UInt16.max).filter { !Float(bitPattern: UInt32($0) << 16).isNaN }
        let values = unpacked(patterns)
        #expect(values.map(\.bitPattern) == patterns.map { UInt32($0) << 16 })
        #expect(stored(values) == patterns)
    }

    @Test("Rounding errors are at most half a unit of the last of 8 bits")
    func precision() {
        let values = randomValues(4099, seed: 1, -100, 100)
        #expect(zip(values, unpacked(stored(values))).allSatisfy { abs($0 - $1) <= abs($0) * 0x1p-8 })
    }
}

/// Reproducible random values.
func randomValues(_ count: Int, seed: UInt64, _ lower: Float = -1, _ upper: Float = 1) -> [Float] {
    var generator = SeededGenerator(seed: seed, stream: "values")
    return (0..<count).map { _ in generator.uniform(lower, upper) }
}

func largestDifference(_ first: [Float], _ second: [Float]) -> Float {
    guard first.count == second.count else { return .infinity }
    // NaN counts as an infinite difference; `max` alone would drop it.
    return zip(first, second).reduce(0) { largest, pair in
        let difference = abs(pair.0 - pair.1)
        return max(largest, difference.isNaN ? .infinity : difference)
    }
}

func dot(_ first: [Float], _ second: [Float]) -> Double {
    zip(first, second).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}
