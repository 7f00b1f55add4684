/// A closed curve around the origin.
protocol Outline {
    /// How far a point lies inside the curve, in pixels: positive inside, negative outside, 0 on it.
    func depth(at point: SIMD2<Float>) -> Float
}
