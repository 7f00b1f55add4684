import Imaging
import SeededRandom

/// The parameters of the `nsa` model (Schlüter et al., "Natural Synthetic Anomalies for Self-Supervised Anomaly
/// Detection and Localization", ECCV 2022; values from the authors' training script). Blending a patch of n x m pixels
/// takes O(n^2 m) operations, which is slow for images of more than 1,000 pixels per side.
public struct NSAParameters: Codable, Sendable, Equatable {
    /// The maximum number of patches. The first is always drawn, each further one with probability 1/2.
    public var maximumPatches: Int
    /// The range of the factor by which a patch is resized.
    public var resize: ClosedRange<Float>
    /// True to keep the stronger of the two gradients at each pixel (Pérez et al. 2003, section "mixing gradients").
    public var mixedGradients: Bool

    public init(maximumPatches: Int, resize: ClosedRange<Float>, mixedGradients: Bool) {
        (self.maximumPatches, self.resize, self.mixedGradients) = (maximumPatches, resize, mixedGradients)
    }

    /// The published values for objects.
    public static let objects = NSAParameters(maximumPatches: 3, resize: 0.7...1.3, mixedGradients: false)
    /// The published values for textures.
    public static let textures = NSAParameters(maximumPatches: 4, resize: 0.5...2, mixedGradients: true)

    var problems: [String] {
        var found: [String] = []
        if !(1...64).contains(maximumPatches) {
            found.append("nsa.maximumPatches is \(maximumPatches); expected 1 to 64")
        }
        if !(resize.lowerBound >= 0.1 && resize.upperBound <= 10) {
            found.append("nsa.resize is \(resize); expected 0.1 to 10")
        }
        return found
    }
}

/// The `nsa` model: resized patches of other normal images, blended in by seamless cloning.
struct NSACorruption {
    let parameters: NSAParameters
    let normals: any ImageSource
    /// Returns the object mask of a source image. Nil to allow patches anywhere.
    let objectMask: ((PlanarImage) -> [UInt8]?)?

    /// The range of a patch's half-width and, as in the authors' code, of its full width after resizing, as a share of
    /// the image's side.
    private static let bounds: ClosedRange<Float> = 0.03...0.4
    /// The maximum number of draws for a position on the foreground.
    private static let attempts = 200
    /// The minimum share of a patch on the foreground, at its source and at its target.
    private static let foregroundShare: Float = 0.25

    /// - Returns: a box that contains every changed pixel.
    func corrupt(
        _ image: inout PlanarImage, clean: PlanarImage, on foreground: [UInt8]?, using generator: inout SeededGenerator
    ) -> PixelBox {
        let drawn = normals.count > 0 ? normals.image(at: generator.integer(below: normals.count)) : clean
        let source = drawn.hasMaterial ? drawn : clean
        let sourceForeground = objectMask?(source)
        var changed = PixelBox.empty
        for index in 0..<parameters.maximumPatches where index == 0 || generator.chance(0.5) {
            let patch = Self.drawPatch(
                from: source, on: sourceForeground, resize: parameters.resize, using: &generator)
            let fitting = PixelBox(
                x: 0, y: 0, width: min(patch.width, image.width), height: min(patch.height, image.height))
            let box = Self.drawTarget(for: fitting, in: image, on: foreground, using: &generator)
            SeamlessCloning.clone(
                patch.material(fitting), into: &image, at: box,
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
        // Keeps the aspect ratio within the bounds.
        let height = factor * Float(rows)
        let bounded = min(max(height, allowed.height.lowerBound), allowed.height.upperBound)
        let width = bounded / Float(rows) * Float(columns)
        let newWidth = min(max(width, allowed.width.lowerBound), allowed.width.upperBound)
        let newHeight = min(
            max(newWidth / Float(columns) * Float(rows), allowed.height.lowerBound), allowed.height.upperBound)
        return source.material(box).stretched(width: Int(newWidth), height: Int(newHeight))
    }

    /// Draws a patch's extent and start along one axis, in pixels, clipped to the image.
    private static func drawSpan(_ side: Int, using generator: inout SeededGenerator) -> (count: Int, start: Int) {
        let drawn = 0.03 + generator.gamma(shape: 2, scale: 0.05)
        let half = max(2, Int(min(max(drawn, bounds.lowerBound), bounds.upperBound) * Float(side)))
        let margin = Int((bounds.lowerBound * Float(side)).rounded())
        let centre = generator.integer(in: margin...max(margin, side - margin - 1))
        let start = max(0, centre - half), end = min(side, centre + half)
        return (end - start, start)
    }

    /// The range of a patch's extent in pixels. A patch of fewer than 4 pixels would have almost no interior.
    private static func allowed(_ side: Int) -> ClosedRange<Float> {
        let low = min(Float(side), max(4, bounds.lowerBound * Float(side)))
        return low...max(low, bounds.upperBound * Float(side))
    }

    private static func drawTarget(
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

    /// True if enough of a box lies on the foreground of an image with the given width.
    private static func isOnObject(_ box: PixelBox, _ foreground: [UInt8]?, _ width: Int) -> Bool {
        guard let foreground else { return true }
        let covered = box.rows.reduce(0) { sum, y in
            sum + box.columns.reduce(0) { $0 + (foreground[y * width + $1] == 0 ? 0 : 1) }
        }
        return Float(covered) >= foregroundShare * Float(box.area)
    }
}
