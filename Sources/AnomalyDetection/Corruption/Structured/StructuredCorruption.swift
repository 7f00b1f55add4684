import Imaging
import SeededRandom

/// The `structured` model. Each patch blends a content y into the image x: (1 - aS)x + aSy with opacity a and mask S.
struct StructuredCorruption {
    let patches: PatchSampler
    let contents: PatchContents
    /// True to convert the contents to grey.
    let isGrey: Bool

    /// The maximum number of draws for an invisible patch.
    private static let attempts = 8
    /// The mean change over a patch, taking each pixel's largest channel, above which the patch counts as visible.
    /// Weaker patches would teach the network to undo rounding, and their few masked pixels would weigh as much as a
    /// whole defect.
    private static let visibleChange: Float = 3 / 255

    /// Draws the patches into an image that starts as a copy of `clean`.
    ///
    /// - Returns: a box that contains every changed pixel.
    func corrupt(
        _ image: inout PlanarImage, clean: PlanarImage, on foreground: [UInt8]?, using generator: inout SeededGenerator
    ) -> PixelBox {
        var changed = PixelBox.empty
        for _ in 0..<generator.integer(in: patches.parameters.patches) {
            for _ in 0..<Self.attempts {
                let patch = patches.draw(in: clean, on: foreground, using: &generator)
                var content = contents.draw(for: patch, in: clean, using: &generator)
                // Before blending, which measures the visibility.
                if isGrey { ColourJitter(saturation: 0).apply(to: &content) }
                if Self.blend(content, through: patch, into: &image) {
                    changed = changed.union(patch.box)
                    break
                }
            }
        }
        return changed
    }

    /// Blends a content into the image if the patch is visible.
    ///
    /// - Returns: true if the image was changed.
    private static func blend(_ content: PlanarImage, through patch: Patch, into image: inout PlanarImage) -> Bool {
        let box = patch.box, mask = patch.mask.values
        let imagePlane = image.width * image.height
        var blended = [Float](repeating: 0, count: 3 * box.area)
        var strongest = [Float](repeating: 0, count: box.area)
        for channel in 0..<3 {
            for row in 0..<box.height {
                let source = row * box.width, plane = channel * box.area
                let target = channel * imagePlane + (box.y + row) * image.width + box.x
                for column in 0..<box.width {
                    let old = image.values[target + column]
                    let wanted = content.values[plane + source + column]
                    // NaN in a texture becomes black.
                    let new = wanted > 0 ? min(wanted, 1) : 0
                    let change = patch.opacity * mask[source + column] * (new - old)
                    strongest[source + column] = max(strongest[source + column], abs(change))
                    blended[plane + source + column] = old + change
                }
            }
        }
        var footprint: Float = 0, total: Float = 0
        for index in mask.indices where mask[index] > 0.25 {
            footprint += 1
            total += strongest[index]
        }
        guard footprint > 0 && total > visibleChange * footprint else { return false }
        for channel in 0..<3 {
            for row in 0..<box.height {
                let source = channel * box.area + row * box.width
                let target = channel * imagePlane + (box.y + row) * image.width + box.x
                for column in 0..<box.width { image.values[target + column] = blended[source + column] }
            }
        }
        return true
    }
}
