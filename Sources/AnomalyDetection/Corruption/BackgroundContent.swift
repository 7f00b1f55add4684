import Imaging
import SeededRandom

/// The surroundings, grown smoothly over the region, with the grain of another place: a missing part.
enum BackgroundContent {
    static func render(
        for patch: Patch, in image: PlanarImage, using generator: inout SeededGenerator
    ) -> PlanarImage {
        let box = patch.box
        let outer = box.expanded(by: max(3, Int(patch.diameter / 8)), in: image)
        let inner = PixelBox(x: box.x - outer.x, y: box.y - outer.y, width: box.width, height: box.height)
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

    /// Adds what a random region of the image has beyond its own blurred copy.
    private static func addGrain(
        to content: inout PlanarImage, from image: PlanarImage, strength: Float, using generator: inout SeededGenerator
    ) {
        let box = PixelBox(
            x: generator.integer(below: image.width - content.width + 1),
            y: generator.integer(below: image.height - content.height + 1), width: content.width,
            height: content.height)
        let filter = GaussianBlur(sigma: 1)
        for channel in 0..<3 {
            var grain: [Float] = []
            grain.reserveCapacity(box.area)
            for y in box.rows {
                let start = (channel * image.height + y) * image.width + box.x
                grain.append(contentsOf: image.values[start..<(start + box.width)])
            }
            var smooth = grain
            filter.apply(to: &smooth, width: box.width, height: box.height)
            for index in 0..<box.area {
                content.values[channel * box.area + index] += strength * (grain[index] - smooth[index])
            }
        }
    }
}
