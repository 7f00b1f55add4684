import Imaging
import SeededRandom

extension PlanarImage {
    /// The colour of a pixel of an RGB image.
    ///
    /// - Parameter index: row x width + column.
    @inline(__always)
    func colour(at index: Int) -> SIMD3<Float> {
        let plane = width * height
        return SIMD3(values[index], values[plane + index], values[2 * plane + index])
    }

    /// Sets the colour of a pixel of an RGB image.
    @inline(__always)
    mutating func setColour(_ colour: SIMD3<Float>, at index: Int) {
        let plane = width * height
        values[index] = colour.x
        values[plane + index] = colour.y
        values[2 * plane + index] = colour.z
    }
}

/// A colour as hue, saturation and value (Smith 1978), each in 0...1.
struct HSVColour {
    var hue: Float
    var saturation: Float
    var value: Float

    init(rgb: SIMD3<Float>) {
        let high = rgb.max(), span = high - rgb.min()
        value = high
        saturation = high > 0 ? span / high : 0
        guard span > 0 else {
            hue = 0
            return
        }
        let sextant =
            if high == rgb.x {
                (rgb.y - rgb.z) / span
            } else if high == rgb.y {
                2 + (rgb.z - rgb.x) / span
            } else {
                4 + (rgb.x - rgb.y) / span
            }
        hue = (sextant < 0 ? sextant + 6 : sextant) / 6
    }

    /// Adds to the hue, modulo 1.
    mutating func rotateHue(by rotation: Float) { hue += rotation - ((hue + rotation).rounded(.down)) }

    var rgb: SIMD3<Float> {
        let sextant = min(Int(hue * 6), 5), fraction = hue * 6 - Float(sextant)
        let low = value * (1 - saturation)
        let falling = value * (1 - saturation * fraction), rising = value * (1 - saturation * (1 - fraction))
        return switch sextant {
        case 0: SIMD3(value, rising, low)
        case 1: SIMD3(falling, value, low)
        case 2: SIMD3(low, value, rising)
        case 3: SIMD3(low, falling, value)
        case 4: SIMD3(rising, low, value)
        default: SIMD3(value, low, falling)
        }
    }
}

/// A colour change for pasted material, which keeps the network from memorising single sources.
struct ColourJitter {
    var gain = SIMD3<Float>.one
    var offset = SIMD3<Float>.zero
    /// 0 makes the content grey, 1 keeps its colours.
    var saturation: Float = 1

    /// Draws a factor near 1 and an offset near 0 for each channel.
    static func draw(strength: Float, using generator: inout SeededGenerator) -> ColourJitter {
        let common = generator.uniform(-strength, strength)
        func factor() -> Float { 1 + generator.uniform(-strength, strength) }
        func shift() -> Float { 0.5 * (common + 0.5 * generator.uniform(-strength, strength)) }
        return ColourJitter(
            gain: SIMD3(factor(), factor(), factor()), offset: SIMD3(shift(), shift(), shift()),
            saturation: generator.chance(0.3) ? generator.uniform(0, 1) : 1)
    }

    func apply(to content: inout PlanarImage) {
        for index in 0..<(content.width * content.height) {
            let colour = content.colour(at: index)
            let grey = colour.sum() / 3
            content.setColour(((colour - grey) * saturation + grey - 0.5) * gain + 0.5 + offset, at: index)
        }
    }

    /// Moves the content's mean colour towards the mean of its target region and scales its contrast, which makes
    /// foreign material less obvious.
    ///
    /// - Parameters:
    ///   - strength: 0 keeps the content's mean, 1 makes the means equal.
    ///   - contrast: a factor.
    static func assimilate(
        _ content: inout PlanarImage, to region: PlanarImage, strength: Float, contrast: Float
    ) {
        let plane = content.width * content.height
        for channel in 0..<3 {
            let start = channel * plane
            let mean = content.values[start..<(start + plane)].reduce(0, +) / Float(plane)
            let aim = region.values[start..<(start + plane)].reduce(0, +) / Float(plane)
            let middle = mean + (aim - mean) * strength
            for index in start..<(start + plane) {
                content.values[index] = middle + (content.values[index] - mean) * contrast
            }
        }
    }
}
