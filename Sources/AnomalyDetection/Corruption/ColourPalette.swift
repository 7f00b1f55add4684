import SeededRandom

/// Random colours for stains and textures by formula.
enum ColourPalette {
    /// A grey with a faint tint as often as any colour. Half of the greys lean towards black: dirt, burns and holes are
    /// darker than what they lie on.
    static func draw(using generator: inout SeededGenerator) -> SIMD3<Float> {
        guard generator.chance(0.5) else {
            return SIMD3(generator.uniform(), generator.uniform(), generator.uniform())
        }
        let level = generator.uniform(), tint: Float = 0.06
        let grey = generator.chance(0.5) ? level : level * level * level
        return SIMD3(
            grey + generator.uniform(-tint, tint), grey + generator.uniform(-tint, tint),
            grey + generator.uniform(-tint, tint)
        ).clamped(lowerBound: .zero, upperBound: .one)
    }
}
