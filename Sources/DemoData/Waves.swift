/// The smooth functions that the textures are made of. They use only operations that IEEE 754 rounds correctly, unlike
/// the C library's, so that images are the same bytes everywhere.
enum Waves {
    /// sin(2 pi turns), to 2e-6: an odd polynomial of degree 7, fitted to have equal errors over a quarter wave.
    static func sine(turns: Float) -> Float {
        let folded = turns - turns.rounded()
        // To [-1/4, 1/4], where one polynomial serves.
        let quarter = abs(folded) > 0.25 ? (folded < 0 ? -0.5 : 0.5) - folded : folded
        let x = 4 * quarter
        let squared = x * x
        return x * (1.5707910 + squared * (-0.6458931 + squared * (0.0794348 + squared * -0.0043334)))
    }

    static func cosine(turns: Float) -> Float { sine(turns: turns + 0.25) }

    /// 0 below `lower`, 1 above `upper`, and 3t^2 - 2t^3 between. Falls when `lower` is the larger.
    static func smoothStep(_ lower: Float, _ upper: Float, _ x: Float) -> Float {
        let t = min(max((x - lower) / (upper - lower), 0), 1)
        return t * t * (3 - 2 * t)
    }

    static func mix(_ from: Colour, _ to: Colour, _ share: Float) -> Colour { from + (to - from) * share }
}

extension Place {
    var length: Float { (self * self).sum().squareRoot() }
}
