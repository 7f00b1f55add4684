import SeededRandom

/// Smooth noise in [-1, 1]: random values on the integer lattice, blended by the quintic of Perlin's "Improving Noise"
/// (2002) between neighbours.
struct LatticeNoise {
    private let seed: UInt32

    init(from random: inout SeededGenerator) {
        seed = UInt32(truncatingIfNeeded: random.next())
    }

    func value(_ x: Float, _ y: Float) -> Float {
        let left = x.rounded(.down), top = y.rounded(.down)
        let column = Int32(left), row = Int32(top)
        let u = Self.fade(x - left), v = Self.fade(y - top)
        let upper = blend(at(column, row), at(column &+ 1, row), u)
        let lower = blend(at(column, row &+ 1), at(column &+ 1, row &+ 1), u)
        return blend(upper, lower, v)
    }

    /// The random value of one lattice point, in [-1, 1).
    func at(_ column: Int32, _ row: Int32) -> Float {
        var hash = seed ^ (UInt32(bitPattern: column) &* 0x9E37_79B1) ^ (UInt32(bitPattern: row) &* 0x85EB_CA77)
        hash = (hash ^ (hash >> 15)) &* 0x2C1B_3C6D
        hash = (hash ^ (hash >> 12)) &* 0x297A_2D39
        hash ^= hash >> 15
        return Float(hash >> 8) * 0x1p-23 - 1
    }

    private static func fade(_ t: Float) -> Float { t * t * t * (t * (t * 6 - 15) + 10) }

    private func blend(_ a: Float, _ b: Float, _ share: Float) -> Float { a + (b - a) * share }
}
