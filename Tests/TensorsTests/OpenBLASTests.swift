import Tensors
import Testing

@Suite("OpenBLAS matrix products")
struct OpenBLASTests {
    struct Case: Sendable {
        var transposeA, transposeB: Bool
        var rows, columns, inner: Int
        var beta: Float
    }

    static let cases = [false, true].flatMap { transposeA in
        [false, true].flatMap { transposeB in
            [(1, 1, 1, Float(0)), (3, 5, 7, 1), (17, 9, 33, 0), (8, 64, 2, 0.5)].map { rows, columns, inner, beta in
                Case(
                    transposeA: transposeA, transposeB: transposeB, rows: rows, columns: columns, inner: inner,
                    beta: beta)
            }
        }
    }

    @Test("Products agree with three nested loops for every transposition and stride", arguments: cases)
    func product(_ test: Case) throws {
        try OpenBLAS.load()
        let aShape = test.transposeA ? (test.inner, test.rows) : (test.rows, test.inner)
        let bShape = test.transposeB ? (test.columns, test.inner) : (test.inner, test.columns)
        let (aStride, bStride, cStride) = (aShape.1 + 2, bShape.1 + 3, test.columns + 1)
        let a = randomValues(aShape.0 * aStride, seed: 1), b = randomValues(bShape.0 * bStride, seed: 2)
        let before = randomValues(test.rows * cStride, seed: 3)
        var c = before
        // With beta = 0 the output may hold any value before.
        if test.beta == 0 { c[0] = .nan }
        OpenBLAS.multiply(
            transposeA: test.transposeA, transposeB: test.transposeB, rows: test.rows, columns: test.columns,
            inner: test.inner, a: a, aStride: aStride, b: b, bStride: bStride, beta: test.beta, c: &c, cStride: cStride)
        var expected = before
        for row in 0..<test.rows {
            for column in 0..<test.columns {
                var sum = Double(test.beta) * Double(before[row * cStride + column])
                for k in 0..<test.inner {
                    let left = test.transposeA ? a[k * aStride + row] : a[row * aStride + k]
                    let right = test.transposeB ? b[column * bStride + k] : b[k * bStride + column]
                    sum += Double(left) * Double(right)
                }
                expected[row * cStride + column] = Float(sum)
            }
        }
        #expect(largestDifference(c, expected) < 1e-5)
    }
}
