import Glibc
import Tensors
import Testing

@Suite("Activation kernels")
struct ActivationKernelTests {
    static let count = 1003
    let kernels = TensorKernels(precision: .float32)

    @Test("ELU and the sigmoid agree with the C library, far out too")
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

    @Test("the gradient of ELU is taken from its output: 1 above zero, e^x below")
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

    @Test("addition adds value by value")
    func addition() {
        let (first, second) = (randomValues(Self.count, seed: 4), randomValues(Self.count, seed: 5))
        var (addend, sum) = (first, second)
        kernels.add(&addend, to: &sum, count: Self.count)
        #expect(sum == zip(first, second).map { $1 + $0 })
    }

    @Test("a convex combination lies between its inputs and is exact at both ends")
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

    @Test("the gradients of a combination agree with central differences, the gate's through its sigmoid")
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

    @Test("biases fill whole planes, and their gradients are the sums of planes")
    func biases() {
        var planes = [Float](repeating: .nan, count: 3 * 35)
        FloatKernels.fillBias(&planes, bias: [1, -2, 0.5], channels: 3, pixels: 35)
        #expect(planes == [1, -2, 0.5].flatMap { Array(repeating: $0, count: 35) })
        var sums: [Float] = [.nan, .nan, .nan]
        FloatKernels.biasGradient(planes, to: &sums, channels: 3, pixels: 35)
        #expect(sums == [35, -70, 17.5])
    }
}
