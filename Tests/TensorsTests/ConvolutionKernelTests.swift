import Tensors
import Testing

@Suite("Narrow convolution to three channels")
struct NarrowConvolutionTests {
    /// Sizes with and without complete tiles, down to a single row, column and pixel.
    static let shapes = [8, 16].flatMap { block in
        [(11, 13), (1, 9), (9, 1), (1, 1), (4, 32)].map { height, width in
            NarrowKernels(inputBlocks: 2, height: height, width: width, block: block)
        }
    }

    /// Calls `body` with the indices of input, weight and output of each product.
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
        /// Random in used lanes, zero in the others.
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
        "The output agrees with the definition, with zeros in unused lanes",
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

    @Test("Gradients agree with the definition", arguments: shapes)
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

@Suite("Sparse convolution per kernel element")
struct SparseConvolutionTests {
    /// 11 x 13 pixels: more than one tile per row, with a remainder. With a dilation of 16 only the central element
    /// contributes.
    static let shapes = [8, 16].flatMap { block in
        [(1, 1), (3, 1), (3, 2), (3, 6), (3, 16), (5, 3)].map { kernelSize, dilation in
            FloatKernels.SparseShape(
                inputChannels: 2 * block, outputChannels: 3 * block, height: 11, width: 13, kernelSize: kernelSize,
                dilation: dilation, block: block)
        }
    }

    /// Calls `body` with the indices of input, weight and output of each product in the blocked layout.
    static func forEachProduct(_ shape: FloatKernels.SparseShape, _ body: (Int, Int, Int) -> Void) {
        let (block, pixels) = (shape.block, shape.height * shape.width)
        func place(_ channel: Int, _ y: Int, _ x: Int) -> Int {
            (channel / block * pixels + y * shape.width + x) * block + channel % block
        }
        let middle = shape.kernelSize / 2
        for output in 0..<shape.outputChannels {
            for ky in 0..<shape.kernelSize {
                for kx in 0..<shape.kernelSize {
                    for input in 0..<shape.inputChannels {
                        let element = (output / block * shape.kernelSize + ky) * shape.kernelSize + kx
                        let weight = (element * shape.inputChannels + input) * block + output % block
                        for y in 0..<shape.height {
                            for x in 0..<shape.width {
                                let fromY = y + (ky - middle) * shape.dilation
                                let fromX = x + (kx - middle) * shape.dilation
                                if (0..<shape.height).contains(fromY), (0..<shape.width).contains(fromX) {
                                    body(place(input, fromY, fromX), weight, place(output, y, x))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    struct Data {
        let input, weights, bias, outputGradient: [Float]

        init(_ shape: FloatKernels.SparseShape) {
            let pixels = shape.height * shape.width
            input = randomValues(shape.inputChannels * pixels, seed: 1)
            weights = randomValues(
                shape.inputChannels * shape.outputChannels * shape.kernelSize * shape.kernelSize, seed: 2)
            bias = randomValues(shape.outputChannels, seed: 3)
            outputGradient = randomValues(shape.outputChannels * pixels, seed: 4)
        }
    }

    @Test("The output agrees with the definition: with bias, without bias and accumulating", arguments: shapes)
    func forward(_ shape: FloatKernels.SparseShape) {
        let data = Data(shape)
        var products = [Double](repeating: 0, count: data.outputGradient.count)
        Self.forEachProduct(shape) { products[$2] += Double(data.input[$0]) * Double(data.weights[$1]) }
        let pixels = shape.height * shape.width
        let biases = products.indices.map { data.bias[$0 / (pixels * shape.block) * shape.block + $0 % shape.block] }

        func result(startingWith start: [Float], bias: [Float]?, add: Bool) -> [Float] {
            var output = start
            FloatKernels.sparseConvolution(
                data.input, weights: data.weights, bias: bias, output: &output, add: add, shape: shape)
            return output
        }
        let unset = [Float](repeating: .nan, count: products.count)
        let expected = products.map { Float($0) }
        // For sums of up to 800 products.
        let tolerance: Float = 5e-5
        #expect(
            largestDifference(
                result(startingWith: unset, bias: data.bias, add: false), zip(expected, biases).map { $0 + $1 })
                < tolerance)
        #expect(largestDifference(result(startingWith: unset, bias: nil, add: false), expected) < tolerance)
        #expect(
            largestDifference(
                result(startingWith: data.outputGradient, bias: nil, add: true),
                zip(expected, data.outputGradient).map { $0 + $1 }) < tolerance)
    }

    @Test("Weight and bias gradients agree with the definition", arguments: shapes)
    func weightGradient(_ shape: FloatKernels.SparseShape) {
        let data = Data(shape)
        var weights = [Double](repeating: 0, count: data.weights.count)
        Self.forEachProduct(shape) { weights[$1] += Double(data.input[$0]) * Double(data.outputGradient[$2]) }
        var biases = [Double](repeating: 0, count: shape.outputChannels)
        for (index, value) in data.outputGradient.enumerated() {
            let plane = shape.height * shape.width * shape.block
            biases[index / plane * shape.block + index % shape.block] += Double(value)
        }
        var weightGradient = [Float](repeating: .nan, count: weights.count)
        var biasGradient = [Float](repeating: .nan, count: biases.count)
        FloatKernels.sparseWeightGradient(
            data.input, outputGradient: data.outputGradient, weightGradient: &weightGradient,
            biasGradient: &biasGradient, shape: shape)
        #expect(largestDifference(weightGradient, weights.map { Float($0) }) < 2e-5)
        #expect(largestDifference(biasGradient, biases.map { Float($0) }) < 2e-5)
    }
}
