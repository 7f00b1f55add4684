import Tensors
import Testing

@Suite("Convolution patches (im2col)")
struct PatchKernelTests {
    static let shapes: [FloatKernels.PatchShape] = [1, 3, 5].flatMap { kernelSize in
        [1, 2].flatMap { stride in
            [1, 2, 16].flatMap { dilation in
                // Whole images of odd size, and some rows from the middle.
                [(9, 7, 0, 9), (6, 11, 1, 2)].map { height, width, firstRow, rows in
                    FloatKernels.PatchShape(
                        channels: 2, height: height, width: width, kernelSize: kernelSize, stride: stride,
                        dilation: dilation, padding: dilation * (kernelSize / 2), firstRow: firstRow,
                        rowCount: min(rows, (height - 1) / stride + 1 - firstRow))
                }
            }
        }
    }

    static func inputCount(_ shape: FloatKernels.PatchShape) -> Int { shape.channels * shape.height * shape.width }
    static func outputWidth(_ shape: FloatKernels.PatchShape) -> Int { (shape.width - 1) / shape.stride + 1 }
    static func columnCount(_ shape: FloatKernels.PatchShape) -> Int {
        shape.channels * shape.kernelSize * shape.kernelSize * shape.rowCount * outputWidth(shape)
    }

    /// The image index under each column element, nil outside: the definition.
    static func places(_ shape: FloatKernels.PatchShape) -> [Int?] {
        var places: [Int?] = []
        for channel in 0..<shape.channels {
            for ky in 0..<shape.kernelSize {
                for kx in 0..<shape.kernelSize {
                    for row in 0..<shape.rowCount {
                        for column in 0..<outputWidth(shape) {
                            let y = (shape.firstRow + row) * shape.stride + ky * shape.dilation - shape.padding
                            let x = column * shape.stride + kx * shape.dilation - shape.padding
                            let isInside = (0..<shape.height).contains(y) && (0..<shape.width).contains(x)
                            places.append(isInside ? (channel * shape.height + y) * shape.width + x : nil)
                        }
                    }
                }
            }
        }
        return places
    }

    @Test("Patches hold the values under the kernel, 0 beyond the border", arguments: shapes)
    func gathering(_ shape: FloatKernels.PatchShape) {
        let input = randomValues(Self.inputCount(shape), seed: 1)
        var columns = [Float](repeating: .nan, count: Self.columnCount(shape))
        FloatKernels.imageToColumns(input, columns: &columns, shape: shape)
        #expect(columns == Self.places(shape).map { $0.map { input[$0] } ?? 0 })
    }

    @Test("The transpose satisfies <A x, y> = <x, A' y> and accumulates", arguments: shapes)
    func adjoint(_ shape: FloatKernels.PatchShape) {
        let x = randomValues(Self.inputCount(shape), seed: 2), y = randomValues(Self.columnCount(shape), seed: 3)
        var columns = [Float](repeating: .nan, count: y.count)
        FloatKernels.imageToColumns(x, columns: &columns, shape: shape)
        var spread = [Float](repeating: 0, count: x.count)
        FloatKernels.addColumnsToImage(y, input: &spread, shape: shape)
        #expect(abs(dot(columns, y) - dot(x, spread)) < 1e-5)

        var added = x
        FloatKernels.addColumnsToImage(y, input: &added, shape: shape)
        #expect(largestDifference(added, zip(x, spread).map { $0 + $1 }) < 3e-6)
    }
}
