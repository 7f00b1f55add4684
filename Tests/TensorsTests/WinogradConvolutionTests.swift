import Tensors
import Testing

@Suite("Winograd convolution")
struct WinogradConvolutionTests {
    /// Whole tiles; tiles cut by the border; images smaller than a tile; dilations that do not divide the size. One,
    /// two and three blocks of output channels use different products. More tiles than are transformed at a time,
    /// except for the smallest images.
    static let shapes = [8, 16].flatMap { block in
        [
            (32, 24, 1, 1), (11, 13, 1, 2), (23, 30, 1, 3), (3, 2, 1, 1), (1, 1, 1, 2), (13, 27, 2, 2), (19, 21, 5, 1),
            (7, 9, 8, 3),
        ].map { height, width, dilation, outputBlocks in
            WinogradKernels(
                inputChannels: 2 * block, outputChannels: outputBlocks * block, height: height, width: width,
                dilation: dilation, block: block)
        }
    }

    /// Calls `body` with the indices of input, weight and output of each product.
    static func forEachProduct(_ shape: WinogradKernels, _ body: (Int, Int, Int) -> Void) {
        let dense = FloatKernels.SparseShape(
            inputChannels: shape.inputChannels, outputChannels: shape.outputChannels, height: shape.height,
            width: shape.width, kernelSize: 3, dilation: shape.dilation, block: shape.block)
        SparseConvolutionTests.forEachProduct(dense) { input, weight, output in
            // From [output block][element][input][lane].
            let (lane, row) = (weight % shape.block, weight / shape.block)
            let (channel, element) = (row % shape.inputChannels, row / shape.inputChannels % 9)
            let block = row / shape.inputChannels / 9
            body(
                input, shape.place(output: block * shape.block + lane, input: channel, element: element), output)
        }
    }

    struct Data {
        let input, weights, bias, outputGradient: [Float]

        init(_ shape: WinogradKernels) {
            let pixels = shape.height * shape.width
            input = randomValues(shape.inputChannels * pixels, seed: 1)
            weights = randomValues(shape.weightCount, seed: 2)
            bias = randomValues(shape.outputChannels, seed: 3)
            outputGradient = randomValues(shape.outputChannels * pixels, seed: 4)
        }
    }

    private static func convolve(
        _ shape: WinogradKernels, _ data: Data, bias: [Float]?, elu: Bool, onto start: [Float], add: Bool
    ) -> [Float] {
        var transformed = [Float](repeating: .nan, count: shape.transformedWeightCount)
        shape.transform(data.weights, to: &transformed)
        var scratch = [Float](repeating: 0, count: shape.scratchCount)
        var output = start
        shape.convolve(
            data.input, transformed: transformed, bias: bias, elu: elu, output: &output, add: add, scratch: &scratch)
        return output
    }

    @Test("The output agrees with the definition: with bias, with ELU and accumulating", arguments: shapes)
    func forward(_ shape: WinogradKernels) {
        let data = Data(shape)
        var products = [Double](repeating: 0, count: data.outputGradient.count)
        Self.forEachProduct(shape) { products[$2] += Double(data.input[$0]) * Double(data.weights[$1]) }
        let plane = shape.height * shape.width * shape.block
        let biased = products.indices.map {
            Float(products[$0]) + data.bias[$0 / plane * shape.block + $0 % shape.block]
        }
        let unset = [Float](repeating: .nan, count: products.count)
        // For sums of up to 288 products.
        let tolerance: Float = 5e-5
        let plain = Self.convolve(shape, data, bias: data.bias, elu: false, onto: unset, add: false)
        #expect(largestDifference(plain, biased) < tolerance)
        var activated = biased
        FloatKernels.elu(&activated, count: activated.count)
        let withELU = Self.convolve(shape, data, bias: data.bias, elu: true, onto: unset, add: false)
        #expect(largestDifference(withELU, activated) < tolerance)
        let added = Self.convolve(shape, data, bias: nil, elu: false, onto: data.outputGradient, add: true)
        #expect(largestDifference(added, zip(products, data.outputGradient).map { Float($0) + $1 }) < tolerance)
    }

    @Test("Weight and bias gradients agree with the definition", arguments: shapes)
    func weightGradient(_ shape: WinogradKernels) {
        let data = Data(shape)
        var weights = [Double](repeating: 0, count: data.weights.count)
        Self.forEachProduct(shape) { weights[$1] += Double(data.input[$0]) * Double(data.outputGradient[$2]) }
        var biases = [Double](repeating: 0, count: shape.outputChannels)
        let plane = shape.height * shape.width * shape.block
        for (index, value) in data.outputGradient.enumerated() {
            biases[index / plane * shape.block + index % shape.block] += Double(value)
        }
        var weightGradient = [Float](repeating: .nan, count: weights.count)
        var biasGradient = [Float](repeating: .nan, count: biases.count)
        var scratch = [Float](repeating: .nan, count: shape.scratchCount)
        shape.weightGradient(
            data.input, outputGradient: data.outputGradient, weightGradient: &weightGradient,
            biasGradient: &biasGradient, scratch: &scratch)
        // For sums of up to 768 products.
        #expect(largestDifference(weightGradient, weights.map { Float($0) }) < 1e-4)
        #expect(largestDifference(biasGradient, biases.map { Float($0) }) < 1e-4)
    }

    @Test("ELU of very small and of undefined values is -1 and undefined", arguments: [8, 16])
    func extremeValues(_ block: Int) {
        let shape = WinogradKernels(
            inputChannels: block, outputChannels: block, height: 4, width: 4, dilation: 1, block: block)
        let data = Data(shape)
        let bias = (0..<block).map { [Float(-1e30), .nan, 1e30, -100, -88][$0 % 5] }
        let output = Self.convolve(
            shape, data, bias: bias, elu: true, onto: [Float](repeating: 0, count: 16 * block), add: false)
        for (index, value) in output.enumerated() {
            switch index % block % 5 {
            case 1: #expect(value.isNaN)
            case 2: #expect(value == 1e30)
            default: #expect(value == -1)
            }
        }
    }
}
