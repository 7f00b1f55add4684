import Tensors
import Testing

@Suite("The convolution over the reach of its kernel")
struct SparseConvolutionTests {
    /// 11 x 13 pixels: more than one tile of a row and a remainder. A dilation of 16 leaves the middle element only.
    static let shapes = [8, 16].flatMap { block in
        [(1, 1), (3, 1), (3, 2), (3, 6), (3, 16), (5, 3)].map { kernelSize, dilation in
            FloatKernels.SparseShape(
                inputChannels: 2 * block, outputChannels: 3 * block, height: 11, width: 13, kernelSize: kernelSize,
                dilation: dilation, block: block)
        }
    }

    /// Calls `body` with the index of each product's input, weight and output, all in the blocked layout.
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

    @Test("agrees with the definition of a convolution, from a bias, from nothing and on top", arguments: shapes)
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
        // Sums of up to 800 products.
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

    @Test("has the weight and bias gradients of a convolution", arguments: shapes)
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
