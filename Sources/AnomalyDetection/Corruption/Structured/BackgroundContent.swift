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
        var content = PushPullFill.fill(image.material(outer), where: isKnown).region(inner)
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
        let region = image.material(box), smooth = region.blurred(sigma: 1)
        for index in content.values.indices {
            content.values[index] += strength * (region.values[index] - smooth.values[index])
        }
    }
}
