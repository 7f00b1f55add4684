import Imaging
import SeededRandom

/// The region itself, strongly warped: bent bristles, pulled threads, dents.
enum WarpContent {
    /// Moves every pixel along a smooth random field by a tenth to a third of the patch's diameter, and at least by
    /// more than a pixel, on average.
    static func render(
        for patch: Patch, in image: PlanarImage, using generator: inout SeededGenerator
    ) -> PlanarImage {
        let box = patch.box
        let amplitude = max(1.5, generator.uniform(0.1, 0.35) * patch.diameter)
        let cells = generator.integer(in: 1...5)
        let across = SmoothField(columns: cells, rows: cells, using: &generator)
            .rendered(width: box.width, height: box.height)
        let down = SmoothField(columns: cells, rows: cells, using: &generator)
            .rendered(width: box.width, height: box.height)
        return image.resampled(width: box.width, height: box.height) { column, row in
            let index = row * box.width + column
            return SIMD2(
                Float(box.x + column) + amplitude * across[index], Float(box.y + row) + amplitude * down[index])
        }
    }
}
