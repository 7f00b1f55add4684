import Imaging
import SeededRandom

/// The region with noise on it: white, or blotches up to a quarter of the patch wide; grey or coloured.
enum NoiseContent {
    static func render(
        for patch: Patch, in image: PlanarImage, using generator: inout SeededGenerator
    ) -> PlanarImage {
        let box = patch.box
        var content = image.region(box)
        let amplitude = generator.logUniform(0.06, 0.5)
        let cell = generator.logUniform(0.7, max(2, patch.diameter / 4))
        let tint: Float = generator.chance(0.5) ? generator.uniform(0.2, 1) : 0
        let common = noise(box, cell: cell, using: &generator)
        for channel in 0..<3 {
            let own = tint > 0 ? noise(box, cell: cell, using: &generator) : common
            for index in 0..<box.area {
                content.values[channel * box.area + index] +=
                    amplitude * (common[index] + tint * (own[index] - common[index]))
            }
        }
        return content
    }

    private static func noise(
        _ box: PixelBox, cell: Float, using generator: inout SeededGenerator
    ) -> [Float] {
        guard cell > 1 else { return (0..<box.area).map { _ in generator.normal() } }
        return SmoothField(
            columns: Int(Float(box.width) / cell), rows: Int(Float(box.height) / cell), using: &generator
        ).rendered(width: box.width, height: box.height)
    }
}
