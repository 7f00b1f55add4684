import SeededRandom

/// Smooth functions for textures. They use only operations that IEEE 754 rounds correctly, unlike the C library, so
/// that images have the same bytes on every machine.
enum Waves {
    /// sin(2 pi turns) with an error of at most 2e-6: a minimax odd polynomial of degree 7 for a quarter wave.
    static func sine(turns: Float) -> Float {
        let folded = turns - turns.rounded()
        // Folds into [-1/4, 1/4], the domain of the polynomial.
        let quarter = abs(folded) > 0.25 ? (folded < 0 ? -0.5 : 0.5) - folded : folded
        let x = 4 * quarter
        let squared = x * x
        return x * (1.5707910 + squared * (-0.6458931 + squared * (0.0794348 + squared * -0.0043334)))
    }

    static func cosine(turns: Float) -> Float { sine(turns: turns + 0.25) }

    /// 0 below `lower`, 1 above `upper` and 3t^2 - 2t^3 between them. Falls if `lower` is larger than `upper`.
    static func smoothStep(_ lower: Float, _ upper: Float, _ x: Float) -> Float {
        let t = min(max((x - lower) / (upper - lower), 0), 1)
        return t * t * (3 - 2 * t)
    }

    static func mix(_ from: Colour, _ to: Colour, _ share: Float) -> Colour { from + (to - from) * share }
}

extension Place {
    var length: Float { (self * self).sum().squareRoot() }
}

/// Smooth value noise in [-1, 1]: random values on the integer lattice, interpolated with the quintic of Perlin's
/// "Improving Noise" (2002).
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

    /// The random value of a lattice point in [-1, 1).
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
