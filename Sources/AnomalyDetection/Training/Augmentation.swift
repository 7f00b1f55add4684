import Imaging
import SeededRandom

/// Changes that keep a normal image normal, chosen by the user for what the camera really does.
public struct Augmentation: Codable, Sendable, Equatable {
    public var flipHorizontal, flipVertical, quarterTurns: Bool
    /// Largest shift along each axis as a share of that side; what comes in is mirrored.
    public var shift: Float
    /// Largest relative change of brightness and of contrast.
    public var brightness, contrast: Float
    /// Largest relative change of each colour channel by itself, as by another white balance.
    public var colour: Float
    /// True if the data set has no colours: then `colour` has no effect. Known only when its images are, see `DataSetColour`.
    public var isGrey: Bool
    /// Largest share of the fine detail (what a Gaussian of one pixel takes away) that is taken away or added.
    public var sharpness: Float

    /// The size of a random part of the image that takes its place; nil for the whole image.
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

    /// True if anything but the crop is switched on and has an effect.
    public var changesImages: Bool {
        flipHorizontal || flipVertical || quarterTurns || shift > 0 || brightness > 0 || contrast > 0
            || (colour > 0 && !isGrey) || sharpness > 0
    }

    /// Draws the same amount of random numbers whatever is switched on, but for the crop.
    public func applied(to image: PlanarImage, using generator: inout SeededGenerator) -> PlanarImage {
        let flipX = generator.chance(0.5), flipY = generator.chance(0.5)
        let turn = generator.integer(below: 4)
        let shiftX = generator.uniform(-1, 1), shiftY = generator.uniform(-1, 1)
        let brighter = generator.uniform(-1, 1), steeper = generator.uniform(-1, 1)
        let cast = (0..<3).map { _ in generator.uniform(-1, 1) }
        let sharper = generator.uniform(-1, 1)
        var changed = image
        if let crop {
            let x = generator.integer(below: image.width - crop.width + 1)
            let y = generator.integer(below: image.height - crop.height + 1)
            changed = image.region(PixelBox(x: x, y: y, width: crop.width, height: crop.height))
        }
        if flipHorizontal && flipX || flipVertical && flipY {
            changed = changed.flipped(horizontally: flipHorizontal && flipX, vertically: flipVertical && flipY)
        }
        if quarterTurns && turn > 0 {
            // Images that are not square can only be turned by half a turn.
            if changed.width == changed.height {
                for _ in 0..<turn { changed = changed.turnedByQuarter() }
            } else if turn == 2 {
                changed = changed.flipped(horizontally: true, vertically: true)
            }
        }
        if shift > 0 {
            let x = Int((shiftX * shift * Float(changed.width)).rounded())
            let y = Int((shiftY * shift * Float(changed.height)).rounded())
            changed = changed.shifted(x: x, y: y)
        }
        // Exposure and white balance multiply: black stays black.
        let tint = isGrey ? 0 : colour
        if brightness > 0 || tint > 0 {
            changed = changed.scaled(cast.map { (1 + brightness * brighter) * (1 + tint * $0) })
        }
        if contrast > 0 { changed = changed.contrast(1 + contrast * steeper) }
        if sharpness > 0 {
            changed = changed.blended(with: changed.blurred(sigma: 1), share: sharpness * sharper)
        }
        return changed
    }
}
