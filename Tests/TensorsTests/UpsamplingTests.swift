import Tensors
import Testing

@Suite("Bilinear upsampling by two")
struct UpsamplingTests {
    struct Shape: Sendable {
        var blocks, height, width, block: Int
        var count: Int { blocks * height * width * block }
    }

    static let shapes = [
        Shape(blocks: 1, height: 1, width: 1, block: 1), Shape(blocks: 3, height: 1, width: 5, block: 1),
        Shape(blocks: 2, height: 7, width: 1, block: 8), Shape(blocks: 2, height: 3, width: 5, block: 8),
        Shape(blocks: 3, height: 5, width: 4, block: 16), Shape(blocks: 1, height: 9, width: 7, block: 3),
    ]

    /// The definition, as in PyTorch's interpolate with align_corners=False: output pixel o is at (o + 1/2) / 2 - 1/2,
    /// and the image is constant beyond the centres of its outer pixels.
    static func reference(_ input: [Float], _ shape: Shape) -> [Float] {
        func neighbours(_ output: Int, _ size: Int) -> (low: Int, high: Int, share: Float) {
            let place = min(max((Float(output) + 0.5) / 2 - 0.5, 0), Float(size - 1))
            let low = Int(place)
            return (low, min(low + 1, size - 1), place - Float(low))
        }
        var output: [Float] = []
        for plane in 0..<shape.blocks {
            for y in 0..<2 * shape.height {
                let rows = neighbours(y, shape.height)
                for x in 0..<2 * shape.width {
                    let columns = neighbours(x, shape.width)
                    for lane in 0..<shape.block {
                        func value(_ y: Int, _ x: Int) -> Float {
                            input[((plane * shape.height + y) * shape.width + x) * shape.block + lane]
                        }
                        func row(_ y: Int) -> Float {
                            value(y, columns.low) * (1 - columns.share) + value(y, columns.high) * columns.share
                        }
                        output.append(row(rows.low) * (1 - rows.share) + row(rows.high) * rows.share)
                    }
                }
            }
        }
        return output
    }

    static func enlarged(_ input: [Float], _ shape: Shape) -> [Float] {
        var input = input
        var output = [Float](repeating: .nan, count: 4 * input.count)
        TensorKernels(precision: .float32).upsample(
            &input, to: &output, blocks: shape.blocks, height: shape.height, width: shape.width, block: shape.block)
        return output
    }

    @Test("The output agrees with the definition", arguments: shapes)
    func forward(_ shape: Shape) {
        let input = randomValues(shape.count, seed: 1)
        #expect(largestDifference(Self.enlarged(input, shape), Self.reference(input, shape)) < 3e-7)
    }

    @Test("The gradient is the transpose: <A x, y> = <x, A' y>", arguments: shapes)
    func adjoint(_ shape: Shape) {
        let x = randomValues(shape.count, seed: 2)
        let y = randomValues(4 * shape.count, seed: 3)
        var incoming = y
        var gradient = [Float](repeating: .nan, count: shape.count)
        TensorKernels(precision: .float32).upsampleBackward(
            &incoming, to: &gradient, blocks: shape.blocks, height: shape.height, width: shape.width,
            block: shape.block)
        let forward = dot(Self.enlarged(x, shape), y), backward = dot(x, gradient)
        #expect(abs(forward - backward) < 1e-5)
        // Every output pixel is a weighted mean, so the transpose preserves the sum.
        let ones = [Float](repeating: 1, count: y.count)
        #expect(abs(dot(gradient, ones) - dot(y, ones)) < 1e-4)
    }

    @Test("bfloat16 gives the rounded result")
    func bfloat16() {
        let shape = Shape(blocks: 2, height: 3, width: 5, block: 16)
        let kernels = TensorKernels(precision: .bfloat16)
        let values = randomValues(shape.count, seed: 4)
        var input = [UInt16](repeating: 0, count: shape.count)
        kernels.store(values, to: &input, count: shape.count)
        var output = [UInt16](repeating: 0, count: 4 * shape.count)
        kernels.upsample(
            &input, to: &output, blocks: shape.blocks, height: shape.height, width: shape.width, block: shape.block)
        var unpacked = [Float](repeating: .nan, count: output.count)
        kernels.unpack(&output, to: &unpacked, channels: 1, pixels: output.count, block: 1)
        // 8 significant bits at input and output: two roundings of 2^-9 of values up to 1.
        #expect(largestDifference(unpacked, Self.reference(values, shape)) < 0x1p-8)
    }
}
