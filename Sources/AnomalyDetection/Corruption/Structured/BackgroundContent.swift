import Imaging
import SeededRandom

/// The surroundings extended smoothly over the region, with the grain of another region, as if a part were missing.
enum BackgroundContent {
    static func render(
        for patch: Patch, in image: PlanarImage, using generator: inout SeededGenerator
    ) -> PlanarImage {
        let box = patch.box
        let outer = box.expanded(by: max(3, Int(patch.diameter / 8)), in: image)
        let inner = box.relative(to: outer)
        var isKnown = [Bool](repeating: true, count: outer.area)
        for row in 0..<box.height {
            for column in 0..<box.width where patch.mask.values[row * box.width + column] > 0.02 {
                isKnown[(inner.y + row) * outer.width + inner.x + column] = false
            }
        }
        var content = PushPullFill.fill(image.region(outer), where: isKnown).region(inner)
        addGrain(to: &content, from: image, strength: generator.uniform(0, 1), using: &generator)
        return content
    }

    /// Adds the difference between a random region of the image and its blurred copy.
    private static func addGrain(
        to content: inout PlanarImage, from image: PlanarImage, strength: Float, using generator: inout SeededGenerator
    ) {
        let box = PixelBox(
            x: generator.integer(below: image.width - content.width + 1),
            y: generator.integer(below: image.height - content.height + 1), width: content.width,
            height: content.height)
        let region = image.region(box), smooth = region.blurred(sigma: 1)
        for index in content.values.indices {
            content.values[index] += strength * (region.values[index] - smooth.values[index])
        }
    }
}

/// Smooth inpainting by push-pull over an image pyramid (Gortler et al., "The Lumigraph", SIGGRAPH 1996): known pixels
/// are averaged into coarser levels until no gap is left, then each level fills the gaps of the finer one. The cost is
/// linear in the number of pixels.
enum PushPullFill {
    /// Fills the unknown pixels of an RGB image and keeps the known ones. Fills the image with its mean colour if no
    /// pixel is known.
    static func fill(_ image: PlanarImage, where isKnown: [Bool]) -> PlanarImage {
        let plane = image.width * image.height
        guard isKnown.contains(true) else {
            let means = (0..<3).map { image.values[($0 * plane)..<(($0 + 1) * plane)].reduce(0, +) / Float(plane) }
            return PlanarImage(
                width: image.width, height: image.height, channels: 3,
                values: means.flatMap { [Float](repeating: $0, count: plane) })
        }
        guard isKnown.contains(false) else { return image }
        let width = (image.width + 1) / 2, height = (image.height + 1) / 2
        var coarse = [Float](repeating: 0, count: 3 * width * height)
        var counts = [Float](repeating: 0, count: width * height)
        for y in 0..<image.height {
            for x in 0..<image.width where isKnown[y * image.width + x] {
                let target = (y / 2) * width + x / 2
                counts[target] += 1
                for channel in 0..<3 {
                    coarse[channel * width * height + target] += image.values[channel * plane + y * image.width + x]
                }
            }
        }
        for target in counts.indices where counts[target] > 0 {
            for channel in 0..<3 { coarse[channel * width * height + target] /= counts[target] }
        }
        let above = fill(
            PlanarImage(width: width, height: height, channels: 3, values: coarse), where: counts.map { $0 > 0 }
        ).stretched(width: image.width, height: image.height)
        var result = image
        for index in 0..<plane where !isKnown[index] {
            for channel in 0..<3 { result.values[channel * plane + index] = above.values[channel * plane + index] }
        }
        return result
    }
}
