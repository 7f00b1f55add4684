import Glibc
import Imaging
import SeededRandom

/// A flat or graded colour that covers the region, multiplies it (liquids, shadows, burns) or adds to it (glare, dust).
enum StainContent {
    private enum Mixing: CaseIterable { case cover, multiply, add }

    static func render(
        for patch: Patch, in image: PlanarImage, using generator: inout SeededGenerator
    ) -> PlanarImage {
        var content = image.material(patch.box)
        let mixing = Mixing.allCases[generator.integer(below: Mixing.allCases.count)]
        let first = ColourPalette.draw(using: &generator)
        let second =
            generator.chance(0.5)
            ? first : first + (ColourPalette.draw(using: &generator) - first) * generator.uniform(0.2, 1)
        let grading = grading(of: patch, using: &generator)
        // Without grain, smoothness alone would give away a stain on a photograph.
        let grain = generator.uniform(0, 0.03)
        for index in 0..<patch.box.area {
            let colour = first + (second - first) * grading[index] + grain * generator.normal()
            let old = content.colour(at: index)
            let new =
                switch mixing {
                case .cover: colour
                case .multiply: old * colour
                case .add: old + colour - 0.5 * colour * old
                }
            content.setColour(new, at: index)
        }
        return content
    }

    /// The share of the second colour at each pixel, 0...1: a linear gradient or clouds.
    private static func grading(of patch: Patch, using generator: inout SeededGenerator) -> [Float] {
        let box = patch.box
        if generator.chance(0.5) {
            let cells = generator.integer(in: 1...4)
            return SmoothField(columns: cells, rows: cells, using: &generator)
                .rendered(width: box.width, height: box.height).map { min(max(0.5 + 0.4 * $0, 0), 1) }
        }
        let angle = generator.uniform(0, 2 * .pi)
        let extent = Float(max(box.width, box.height))
        let slope = SIMD2(cosf(angle), sinf(angle)) / extent
        return (0..<box.area).map { index in
            let place = SIMD2(
                Float(index % box.width) - Float(box.width) / 2, Float(index / box.width) - Float(box.height) / 2)
            return min(max(0.5 + (place * slope).sum(), 0), 1)
        }
    }
}
