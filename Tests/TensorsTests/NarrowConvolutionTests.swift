import Tensors
import Testing

@Suite("The convolution to three channels")
struct NarrowConvolutionTests {
    /// Sizes with and without whole tiles, down to a single row, column and pixel.
    static let shapes = [8, 16].flatMap { block in
        [(11, 13), (1, 9), (9, 1), (1, 1), (4, 32)].map { height, width in
            NarrowKernels(inputBlocks: 2, height: height, width: width, block: block)
        }
    }

    /// Calls `body` with the index of each product's input, weight and output.
    static func forEachProduct(_ shape: NarrowKernels, _ body: (Int, Int, Int) -> Void) {
        let (block, width, height) = (shape.block, shape.width, shape.height)
        for output in 0..<3 {
            for input in 0..<shape.inputBlocks * block {
                for element in 0..<9 {
                    let (dy, dx) = (element / 3 - 1, element % 3 - 1)
                    let weight = ((input / block * 9 + element) * 3 + output) * block + input % block
                    for y in max(0, -dy)..<max(max(0, -dy), min(height, height - dy)) {
                        for x in max(0, -dx)..<max(max(0, -dx), min(width, width - dx)) {
                            let from = (input / block * height * width + (y + dy) * width + x + dx) * block
                            body(from + input % block, weight, (y * width + x) * block + output)
                        }
                    }
                }
            }
        }
    }

    struct Data {
        let input, weights, bias: [Float]
        /// Random in the lanes that count, zero in the others.
        var outputGradient: [Float]

        init(_ shape: NarrowKernels) {
            let pixels = shape.height * shape.width
            input = randomValues(shape.inputBlocks * shape.block * pixels, seed: 1)
            weights = randomValues(shape.inputBlocks * shape.block * 27, seed: 2)
            bias = randomValues(3, seed: 3)
            outputGradient = randomValues(shape.block * pixels, seed: 4)
            for index in outputGradient.indices where index % shape.block >= 3 { outputGradient[index] = 0 }
        }
    }

    @Test(
        "agrees with the definition of a convolution, and leaves zeros in the lanes that do not count",
        arguments: shapes)
    func forward(_ shape: NarrowKernels) {
        let data = Data(shape)
        var expected = [Double](repeating: 0, count: data.outputGradient.count)
        for index in expected.indices where index % shape.block < 3 {
            expected[index] = Double(data.bias[index % shape.block])
        }
        Self.forEachProduct(shape) { expected[$2] += Double(data.input[$0]) * Double(data.weights[$1]) }
        var output = [Float](repeating: .nan, count: expected.count)
        shape.forward(data.input, weights: data.weights, bias: data.bias, output: &output)
        #expect(largestDifference(output, expected.map { Float($0) }) < 2e-5)
    }

    @Test("has the gradients of a convolution", arguments: shapes)
    func gradients(_ shape: NarrowKernels) {
        let data = Data(shape)
        var inputs = [Double](repeating: 0, count: data.input.count)
        var weights = [Double](repeating: 0, count: data.weights.count)
        Self.forEachProduct(shape) { input, weight, output in
            inputs[input] += Double(data.outputGradient[output]) * Double(data.weights[weight])
            weights[weight] += Double(data.outputGradient[output]) * Double(data.input[input])
        }
        let biases = (0..<3).map { lane in
            stride(from: lane, to: data.outputGradient.count, by: shape.block)
                .reduce(0.0) { $0 + Double(data.outputGradient[$1]) }
        }
        var inputGradient = [Float](repeating: .nan, count: inputs.count)
        shape.dataGradient(data.outputGradient, weights: data.weights, inputGradient: &inputGradient)
        #expect(largestDifference(inputGradient, inputs.map { Float($0) }) < 2e-5)
        var weightGradient = [Float](repeating: .nan, count: weights.count)
        var biasGradient = [Float](repeating: .nan, count: 3)
        shape.weightGradient(
            data.input, outputGradient: data.outputGradient, weightGradient: &weightGradient,
            biasGradient: &biasGradient)
        #expect(largestDifference(weightGradient, weights.map { Float($0) }) < 2e-5)
        #expect(largestDifference(biasGradient, biases.map { Float($0) }) < 2e-5)
    }
}
