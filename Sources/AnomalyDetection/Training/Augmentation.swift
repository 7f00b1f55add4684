import Imaging
import SeededRandom

/// Changes that keep a normal image normal, chosen by the user for what the camera really does.
public struct Augmentation: Sendable, Equatable {
    public var flipHorizontal, flipVertical, quarterTurns: Bool
    /// Largest shift along each axis as a share of that side; what comes in is mirrored.
    public var shift: Float
    /// Largest relative change of brightness and of contrast.
    public var brightness, contrast: Float

    public init(
        flipHorizontal: Bool = false, flipVertical: Bool = false, quarterTurns: Bool = false, shift: Float = 0,
        brightness: Float = 0, contrast: Float = 0
    ) {
        (self.flipHorizontal, self.flipVertical, self.quarterTurns) = (flipHorizontal, flipVertical, quarterTurns)
        (self.shift, self.brightness, self.contrast) = (shift, brightness, contrast)
    }

    /// Draws the same amount of random numbers whatever is switched on.
    public func applied(to image: PlanarImage, using generator: inout SeededGenerator) -> PlanarImage {
        let flipX = generator.chance(0.5), flipY = generator.chance(0.5)
        let turn = generator.integer(below: 4)
        let shiftX = generator.uniform(-1, 1), shiftY = generator.uniform(-1, 1)
        let brighter = generator.uniform(-1, 1), steeper = generator.uniform(-1, 1)
        var changed = image
        if flipHorizontal && flipX || flipVertical && flipY {
            changed = changed.flipped(horizontally: flipHorizontal && flipX, vertically: flipVertical && flipY)
        }
        if quarterTurns && turn > 0 {
            // Images that are not square can only be turned by half a turn.
            if image.width == image.height {
                for _ in 0..<turn { changed = changed.turnedByQuarter() }
            } else if turn == 2 {
                changed = changed.flipped(horizontally: true, vertically: true)
            }
        }
        if shift > 0 {
            let x = Int((shiftX * shift * Float(image.width)).rounded())
            let y = Int((shiftY * shift * Float(image.height)).rounded())
            changed = changed.shifted(x: x, y: y)
        }
        if brightness > 0 || contrast > 0 {
            let mean = changed.values.reduce(0, +) / Float(changed.values.count)
            let gain = 1 + contrast * steeper
            let level = mean * (1 + brightness * brighter)
            for index in changed.values.indices {
                changed.values[index] = min(max(level + gain * (changed.values[index] - mean), 0), 1)
            }
        }
        return changed
    }
}

extension PlanarImage {
    private func rearranged(_ source: (_ x: Int, _ y: Int) -> Int) -> PlanarImage {
        var result = self
        let pixels = width * height
        for y in 0..<height {
            for x in 0..<width {
                let from = source(x, y), to = y * width + x
                for channel in 0..<channels { result.values[channel * pixels + to] = values[channel * pixels + from] }
            }
        }
        return result
    }

    func flipped(horizontally: Bool, vertically: Bool) -> PlanarImage {
        rearranged { x, y in
            (vertically ? height - 1 - y : y) * width + (horizontally ? width - 1 - x : x)
        }
    }

    /// Turned counter-clockwise; the image must be square.
    func turnedByQuarter() -> PlanarImage { rearranged { x, y in x * width + (width - 1 - y) } }

    /// Moved right and down; what comes in at the border is the image mirrored.
    func shifted(x shiftX: Int, y shiftY: Int) -> PlanarImage {
        func mirrored(_ index: Int, _ size: Int) -> Int {
            let period = 2 * size
            let wrapped = ((index % period) + period) % period
            return wrapped < size ? wrapped : period - 1 - wrapped
        }
        return rearranged { x, y in mirrored(y - shiftY, height) * width + mirrored(x - shiftX, width) }
    }
}
