import SeededRandom

/// A smooth random scalar field: a uniform cubic B-spline surface over independent normal control values. Zero mean,
/// unit variance on average, twice continuously differentiable. It deforms outlines, warps regions and draws blotches.
struct SmoothField {
    private let columns: Int
    private let rows: Int
    private let nodes: [Float]

    /// Restores unit variance: the squared weights of a cubic B-spline sum to 151/315 on average along each axis.
    private static let scale: Float = 315 / 151

    /// - Parameters:
    ///   - columns: spline cells along a row. The shortest wavelength is about two cells.
    ///   - rows: spline cells along a column.
    init(columns: Int, rows: Int, using generator: inout SeededGenerator) {
        self.columns = max(1, columns)
        self.rows = max(1, rows)
        nodes = (0..<((self.columns + 3) * (self.rows + 3))).map { _ in generator.normal() * Self.scale }
    }

    /// The value at a position with coordinates in 0...1.
    func value(_ u: Float, _ v: Float) -> Float {
        let (column, across) = Self.cell(u, columns), (row, down) = Self.cell(v, rows)
        var sum: Float = 0
        for j in 0..<4 {
            for i in 0..<4 { sum += nodes[(row + j) * (columns + 3) + column + i] * across[i] * down[j] }
        }
        return sum
    }

    /// The field at every pixel of a box: height x width values.
    func rendered(width: Int, height: Int) -> [Float] {
        let stride = columns + 3
        let taps = (0..<width).map { Self.cell((Float($0) + 0.5) / Float(width), columns) }
        var result = [Float](repeating: 0, count: width * height)
        var line = [Float](repeating: 0, count: stride)
        for y in 0..<height {
            let (row, down) = Self.cell((Float(y) + 0.5) / Float(height), rows)
            for i in 0..<stride {
                let start = row * stride + i
                line[i] =
                    nodes[start] * down[0] + nodes[start + stride] * down[1] + nodes[start + 2 * stride] * down[2]
                    + nodes[start + 3 * stride] * down[3]
            }
            for x in 0..<width {
                let (column, across) = taps[x]
                result[y * width + x] =
                    line[column] * across[0] + line[column + 1] * across[1] + line[column + 2] * across[2]
                    + line[column + 3] * across[3]
            }
        }
        return result
    }

    /// The cell of a coordinate and the weights of its four control values.
    private static func cell(_ coordinate: Float, _ count: Int) -> (Int, SIMD4<Float>) {
        let position = min(max(coordinate, 0), 1) * Float(count)
        let index = min(Int(position), count - 1)
        let t = position - Float(index), s = 1 - t
        let weights = SIMD4<Float>(
            s * s * s, 3 * t * t * t - 6 * t * t + 4, 3 * s * s * s - 6 * s * s + 4, t * t * t)
        return (index, weights / 6)
    }
}
