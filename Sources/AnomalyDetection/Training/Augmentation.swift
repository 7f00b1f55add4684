import Imaging
import SeededRandom

/// Random changes that keep a normal image normal. The user enables the ones that occur in practice.
public struct Augmentation: Codable, Sendable, Equatable {
    /// Part of the keys of all tasks that change images. Raised whenever the same inputs give other bytes.
    /// Version 2: contrast and sharpness of the region of interest alone. Version 1: initial.
    public static let version = 2

    public var flipHorizontal, flipVertical, quarterTurns: Bool
    /// The maximum shift along each axis as a share of the side. The image is mirrored at its border.
    public var shift: Float
    /// The maximum relative change of brightness and of contrast.
    public var brightness, contrast: Float
    /// The maximum relative change of each colour channel, as for a change of white balance.
    public var colour: Float
    /// True if the data set is grey, which disables `colour`. Known after ingest; see `DataSetColour`.
    public var isGrey: Bool
    /// The maximum share of the fine detail that is removed or added. Fine detail is what a Gaussian of one pixel
    /// removes.
    public var sharpness: Float

    /// The size of a random crop; nil for the whole image.
    public var crop: Crop?

    public struct Crop: Codable, Sendable, Equatable {
        public var width, height: Int

        public init(width: Int, height: Int) { (self.width, self.height) = (width, height) }
    }

    public init(
        flipHorizontal: Bool = false, flipVertical: Bool = false, quarterTurns: Bool = false, shift: Float = 0,
        brightness: Float = 0, contrast: Float = 0, colour: Float = 0, sharpness: Float = 0,
        isGrey: Bool = false, crop: Crop? = nil
    ) {
        (self.isGrey, self.crop) = (isGrey, crop)
        (self.flipHorizontal, self.flipVertical, self.quarterTurns) = (flipHorizontal, flipVertical, quarterTurns)
        (self.shift, self.brightness, self.contrast) = (shift, brightness, contrast)
        (self.colour, self.sharpness) = (colour, sharpness)
    }

    /// True if any change other than the crop has an effect.
    public var changesImages: Bool {
        flipHorizontal || flipVertical || quarterTurns || shift > 0 || brightness > 0 || contrast > 0
            || (colour > 0 && !isGrey) || sharpness > 0
    }

    /// Applies random changes. The number of draws depends on the crop only, not on the enabled changes.
    public func applied(to image: PlanarImage, using generator: inout SeededGenerator) -> PlanarImage {
        let flipX = generator.chance(0.5), flipY = generator.chance(0.5)
        let quarters = generator.integer(below: 4)
        let shiftX = generator.uniform(-1, 1), shiftY = generator.uniform(-1, 1)
        let brighter = generator.uniform(-1, 1), steeper = generator.uniform(-1, 1)
        let cast = (0..<3).map { _ in generator.uniform(-1, 1) }
        let sharper = generator.uniform(-1, 1)
        var changed = image
        if let crop {
            let x = generator.integer(below: image.width - crop.width + 1)
            let y = generator.integer(below: image.height - crop.height + 1)
            changed = image.cropped(x: x, y: y, width: crop.width, height: crop.height)
        }
        if flipHorizontal && flipX || flipVertical && flipY {
            changed = changed.flipped(horizontally: flipHorizontal && flipX, vertically: flipVertical && flipY)
        }
        if quarterTurns && quarters > 0 {
            // Images that are not square rotate by 180 degrees only.
            if changed.width == changed.height {
                for _ in 0..<quarters { changed = changed.rotatedByQuarter() }
            } else if quarters == 2 {
                changed = changed.flipped(horizontally: true, vertically: true)
            }
        }
        if shift > 0 {
            let x = Int((shiftX * shift * Float(changed.width)).rounded())
            let y = Int((shiftY * shift * Float(changed.height)).rounded())
            let shifted = changed.shifted(x: x, y: y)
            // A shift must not move the whole region of interest out of the image.
            if shifted.regionOfInterest.map({ $0.contains { $0 != 0 } }) ?? true { changed = shifted }
        }
        // Exposure and white balance are factors: black stays black.
        let tint = isGrey ? 0 : colour
        if brightness > 0 || tint > 0 {
            changed = changed.scaled(cast.map { (1 + brightness * brighter) * (1 + tint * $0) })
        }
        if contrast > 0 { changed = changed.contrast(1 + contrast * steeper) }
        if sharpness > 0 {
            changed = changed.blended(with: changed.blurred(sigma: 1), share: sharpness * sharper)
        }
        return changed.restricted(to: changed.regionOfInterest)
    }
}
