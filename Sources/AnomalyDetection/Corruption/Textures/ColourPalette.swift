import Imaging
import SeededRandom

/// Random colours for stains and procedural textures.
enum ColourPalette {
    /// Draws a faintly tinted grey or, equally often, any colour. Half of the greys tend to black, because dirt, burns
    /// and holes are darker than their surroundings.
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
