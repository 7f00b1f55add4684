import Glibc
import Imaging
import SeededRandom

/// Gradient noise (Perlin 2002) with the fade curve 6t^5 - 15t^4 + 10t^3 and unit gradients, times sqrt 2 as in DRAEM.
/// Values lie in -1...1 and are 0 at the lattice points.
struct PerlinNoise {
    private let columns: Int
    private let rows: Int
    private let gradients: [SIMD2<Float>]

    /// - Parameters:
    ///   - columns: lattice cells along a row of the image.
    ///   - rows: lattice cells along a column.
    init(columns: Int, rows: Int, using generator: inout SeededGenerator) {
        self.columns = columns
        self.rows = rows
        gradients = (0..<((columns + 1) * (rows + 1))).map { _ in
            let angle = generator.uniform(0, 2 * .pi)
            return SIMD2(cosf(angle), sinf(angle))
        }
    }

    /// The noise at a position with coordinates in 0...1.
    func value(_ u: Float, _ v: Float) -> Float {
        let x = u * Float(columns), y = v * Float(rows)
        let column = min(Int(x), columns - 1), row = min(Int(y), rows - 1)
        let s = x - Float(column), t = y - Float(row)
        func ramp(_ i: Int, _ j: Int) -> Float {
            (gradients[(row + j) * (columns + 1) + column + i] * SIMD2(s - Float(i), t - Float(j))).sum()
        }
        let fadeS = Self.fade(s), fadeT = Self.fade(t)
        let top = ramp(0, 0) + (ramp(1, 0) - ramp(0, 0)) * fadeS
        let base = ramp(0, 1) + (ramp(1, 1) - ramp(0, 1)) * fadeS
        return Float(2).squareRoot() * (top + (base - top) * fadeT)
    }

    private static func fade(_ t: Float) -> Float { t * t * t * (t * (t * 6 - 15) + 10) }
}
