import Glibc
import Imaging
import SeededRandom

/// The `cutpaste` model (Li et al., "CutPaste: Self-Supervised Learning for Anomaly Detection and Localization", CVPR
/// 2021, section 2 and appendix): a rectangle or, equally often, a thin rotated scar from the same image with jittered
/// colours, pasted elsewhere with a hard edge.
struct CutPasteCorruption {
    /// - Returns: a box that contains every changed pixel.
    func corrupt(_ image: inout PlanarImage, clean: PlanarImage, using generator: inout SeededGenerator) -> PixelBox {
        let isScar = generator.chance(0.5)
        let size = isScar ? Self.scarSize(clean, using: &generator) : Self.patchSize(clean, using: &generator)
        let angle = isScar ? generator.uniform(-.pi / 4, .pi / 4) : 0
        let half = SIMD2(Float(size.width), Float(size.height)) / 2
        let room = SIMD2(Float(clean.width - size.width), Float(clean.height - size.height))
        let source =
            clean.pixelInside(using: &generator).map {
                ($0 - half).rounded(.down).clamped(lowerBound: .zero, upperBound: room)
            }
            ?? SIMD2(Float(generator.integer(in: 0...Int(room.x))), Float(generator.integer(in: 0...Int(room.y))))
        let cosine = cosf(angle), sine = sinf(angle)
        // Half the bounding box of the rotated rectangle, which must lie inside the image.
        let reach = SIMD2(
            half.x * cosine + half.y * abs(sine), half.x * abs(sine) + half.y * cosine)
        let whole = SIMD2(Float(clean.width), Float(clean.height))
        let (least, most) = (reach.clamped(lowerBound: .zero, upperBound: whole / 2), whole - reach)
        let middle =
            clean.pixelInside(using: &generator).map {
                $0.clamped(lowerBound: least, upperBound: pointwiseMax(most, whole / 2))
            }
            ?? SIMD2(
                generator.uniform(least.x, max(most.x, whole.x / 2)),
                generator.uniform(least.y, max(most.y, whole.y / 2)))
        let centre = isScar ? middle : (middle - half).rounded(.down) + half
        let box = PixelBox.around(centre - 0.5, reach: reach, in: clean)
        let map = AffineMap(
            angle: -angle, scale: 1, isFlipped: false,
            centre: centre - 0.5 - SIMD2(Float(box.x), Float(box.y)), target: source + half - 0.5)
        var content = clean.resampled(width: box.width, height: box.height) { map($0, $1) }
        Self.jitter(&content, using: &generator)
        for y in box.rows {
            for x in box.columns {
                let inside = map(x - box.x, y - box.y) - source + 0.5
                guard inside.x > 0 && inside.y > 0 && inside.x < 2 * half.x && inside.y < 2 * half.y else { continue }
                for channel in 0..<3 {
                    image.values[(channel * clean.height + y) * clean.width + x] =
                        content.values[channel * box.area + (y - box.y) * box.width + x - box.x]
                }
            }
        }
        return box
    }

    /// A rectangle of 2 to 15 % of the image's area with an aspect ratio of 0.3 to 1 or 1 to 3.3.
    private static func patchSize(
        _ image: PlanarImage, using generator: inout SeededGenerator
    ) -> (width: Int, height: Int) {
        let area = generator.uniform(0.02, 0.15) * Float(image.width * image.height)
        let aspect = generator.chance(0.5) ? generator.uniform(0.3, 1) : generator.uniform(1, 3.3)
        return bounded((area * aspect).squareRoot(), (area / aspect).squareRoot(), image)
    }

    /// A scar 2 to 16 pixels wide and 10 to 25 pixels long in an image of 256 pixels, and in proportion otherwise.
    private static func scarSize(
        _ image: PlanarImage, using generator: inout SeededGenerator
    ) -> (width: Int, height: Int) {
        let scale = Float(min(image.width, image.height)) / 256
        return bounded(generator.uniform(2, 16) * scale, generator.uniform(10, 25) * scale, image)
    }

    private static func bounded(_ width: Float, _ height: Float, _ image: PlanarImage) -> (width: Int, height: Int) {
        (min(max(1, Int(width.rounded())), image.width), min(max(1, Int(height.rounded())), image.height))
    }

    /// Changes brightness, contrast, saturation and hue by up to 0.1 each.
    private static func jitter(_ content: inout PlanarImage, using generator: inout SeededGenerator) {
        let strength: Float = 0.1
        let brightness = generator.uniform(1 - strength, 1 + strength)
        let contrast = generator.uniform(1 - strength, 1 + strength)
        let saturation = generator.uniform(1 - strength, 1 + strength)
        let rotation = generator.uniform(-strength, strength)
        let plane = content.width * content.height
        let luma = SIMD3<Float>(0.299, 0.587, 0.114)
        var mean: Float = 0
        for channel in 0..<3 {
            mean += luma[channel] * content.values[(channel * plane)..<((channel + 1) * plane)].reduce(0, +)
        }
        mean *= brightness / Float(plane)
        for index in 0..<plane {
            var colour = content.colour(at: index)
            colour = (colour * brightness - mean) * contrast + mean
            let grey = (colour * luma).sum()
            colour = ((colour - grey) * saturation + grey).clamped(lowerBound: .zero, upperBound: .one)
            var rotated = HSVColour(rgb: colour)
            rotated.rotateHue(by: rotation)
            content.setColour(rotated.rgb, at: index)
        }
    }
}
