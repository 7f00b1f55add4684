import Imaging
import SeededRandom

/// The `nsa` model: patches of other normal images, resized and cloned in without a seam.
struct NSACorruption {
    let parameters: NSAParameters
    let normals: any ImageSource
    /// Finds the object in a source image; nil where patches may come from and go to any place.
    let objectMask: ((PlanarImage) -> [UInt8]?)?

    /// The bounds of a patch's half-width and, as in the authors' code, of its full width once it is resized, as a
    /// share of the image's side.
    private static let bounds: ClosedRange<Float> = 0.03...0.4
    /// How often a place on the foreground is looked for.
    private static let attempts = 200
    /// How much of a patch must come from, and go to, the foreground.
    private static let foregroundShare: Float = 0.25

    /// - Returns: a box that holds every changed pixel.
    func corrupt(
        _ image: inout PlanarImage, clean: PlanarImage, on foreground: [UInt8]?, using generator: inout SeededGenerator
    ) -> PixelBox {
        let source = normals.count > 0 ? normals.image(at: generator.integer(below: normals.count)) : clean
        let sourceForeground = objectMask?(source)
        var changed = PixelBox.empty
        for index in 0..<parameters.maximumPatches where index == 0 || generator.chance(0.5) {
            let patch = Self.drawPatch(
                from: source, on: sourceForeground, resize: parameters.resize, using: &generator)
            let fitting = PixelBox(
                x: 0, y: 0, width: min(patch.width, image.width), height: min(patch.height, image.height))
            let box = Self.drawPlace(for: fitting, in: image, on: foreground, using: &generator)
            SeamlessCloning.clone(
                patch.region(fitting), into: &image, at: box,
                gradients: parameters.mixedGradients ? .mixed : .patch)
            changed = changed.union(box)
        }
        return changed
    }

    private static func drawPatch(
        from source: PlanarImage, on foreground: [UInt8]?, resize: ClosedRange<Float>,
        using generator: inout SeededGenerator
    ) -> PlanarImage {
        var box = PixelBox.empty
        for _ in 0..<attempts {
            (box.width, box.x) = drawSpan(source.width, using: &generator)
            (box.height, box.y) = drawSpan(source.height, using: &generator)
            if isOnObject(box, foreground, source.width) { break }
        }
        let columns = box.width, rows = box.height
        let factor = min(max(1 + 0.5 * generator.normal(), resize.lowerBound), resize.upperBound)
        let allowed = (width: allowed(source.width), height: allowed(source.height))
        // The aspect ratio is kept unless the bounds forbid it.
        let height = factor * Float(rows)
        let bounded = min(max(height, allowed.height.lowerBound), allowed.height.upperBound)
        let width = bounded / Float(rows) * Float(columns)
        let newWidth = min(max(width, allowed.width.lowerBound), allowed.width.upperBound)
        let newHeight = min(
            max(newWidth / Float(columns) * Float(rows), allowed.height.lowerBound), allowed.height.upperBound)
        return source.region(box).stretched(width: Int(newWidth), height: Int(newHeight))
    }

    /// A patch's extent along one axis, in pixels, and where it starts: centre and half-width, cut off at the edges.
    private static func drawSpan(_ side: Int, using generator: inout SeededGenerator) -> (count: Int, start: Int) {
        let drawn = 0.03 + generator.gamma(shape: 2, scale: 0.05)
        let half = max(2, Int(min(max(drawn, bounds.lowerBound), bounds.upperBound) * Float(side)))
        let margin = Int((bounds.lowerBound * Float(side)).rounded())
        let centre = generator.integer(in: margin...max(margin, side - margin - 1))
        let start = max(0, centre - half), end = min(side, centre + half)
        return (end - start, start)
    }

    /// Below four pixels a patch has nearly no inside.
    private static func allowed(_ side: Int) -> ClosedRange<Float> {
        let low = min(Float(side), max(4, bounds.lowerBound * Float(side)))
        return low...max(low, bounds.upperBound * Float(side))
    }

    private static func drawPlace(
        for box: PixelBox, in image: PlanarImage, on foreground: [UInt8]?, using generator: inout SeededGenerator
    ) -> PixelBox {
        var placed = box
        for _ in 0..<attempts {
            placed.x = generator.integer(in: 0...(image.width - box.width))
            placed.y = generator.integer(in: 0...(image.height - box.height))
            if isOnObject(placed, foreground, image.width) { break }
        }
        return placed
    }

    /// True if enough of a box lies on the foreground of an image of the given width.
    private static func isOnObject(_ box: PixelBox, _ foreground: [UInt8]?, _ width: Int) -> Bool {
        guard let foreground else { return true }
        let covered = box.rows.reduce(0) { sum, y in
            sum + box.columns.reduce(0) { $0 + (foreground[y * width + $1] == 0 ? 0 : 1) }
        }
        return Float(covered) >= foregroundShare * Float(box.area)
    }
}
