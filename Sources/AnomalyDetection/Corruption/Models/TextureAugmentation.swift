import Glibc
import Imaging
import SeededRandom

/// The ten texture augmentations of DRAEM's data loader, for RGB images with values in 0...1. The original gives
/// amounts in 8-bit steps, hence the divisions by 255.
enum TextureAugmentation: CaseIterable {
    case gamma, brightness, sharpness, hueAndSaturation, solarise, posterise, invert, autocontrast, equalise, rotate

    func apply(to image: inout PlanarImage, using generator: inout SeededGenerator) {
        switch self {
        case .gamma:
            for channel in 0..<3 {
                let exponent = generator.uniform(0.5, 2)
                Self.change(&image, channel) { powf($0, exponent) }
            }
        case .brightness:
            let factor = generator.uniform(0.8, 1.2), offset = generator.uniform(-30, 30) / 255
            Self.changeHSV(&image) { $0.value = min(max($0.value * factor + offset, 0), 1) }
        case .sharpness:
            Self.sharpen(&image, factor: generator.uniform(0, 2))
        case .hueAndSaturation:
            let rotation = generator.uniform(-50, 50) / 255, offset = generator.uniform(-50, 50) / 255
            Self.changeHSV(&image) {
                $0.rotateHue(by: rotation)
                $0.saturation = min(max($0.saturation + offset, 0), 1)
            }
        case .solarise:
            guard generator.chance(0.5) else { return }
            let threshold = generator.uniform(32, 128) / 255
            for channel in 0..<3 { Self.change(&image, channel) { $0 >= threshold ? 1 - $0 : $0 } }
        case .posterise:
            let levels = Float(1 << generator.integer(in: 1...8))
            for channel in 0..<3 {
                Self.change(&image, channel) { min(($0 * levels).rounded(.down), levels - 1) / levels }
            }
        case .invert:
            for channel in 0..<3 { Self.change(&image, channel) { 1 - $0 } }
        case .autocontrast:
            let cutoff = generator.uniform(0, 0.2)
            for channel in 0..<3 { Self.stretchContrast(&image, channel, cutoff: cutoff) }
        case .equalise:
            for channel in 0..<3 { Self.equalise(&image, channel) }
        case .rotate:
            Self.rotate(&image, by: generator.uniform(-.pi / 4, .pi / 4))
        }
    }

    @inline(__always)
    private static func change(_ image: inout PlanarImage, _ channel: Int, _ body: (Float) -> Float) {
        let plane = image.width * image.height
        for index in (channel * plane)..<((channel + 1) * plane) { image.values[index] = body(image.values[index]) }
    }

    @inline(__always)
    private static func changeHSV(_ image: inout PlanarImage, _ body: (inout HSVColour) -> Void) {
        for index in 0..<(image.width * image.height) {
            var colour = HSVColour(rgb: image.colour(at: index))
            body(&colour)
            image.setColour(colour.rgb, at: index)
        }
    }

    /// Sharpens (factor above 1) or smooths (below 1) with a 3 x 3 kernel: 5/13 in the centre, 1/13 elsewhere.
    private static func sharpen(_ image: inout PlanarImage, factor: Float) {
        let old = image
        for channel in 0..<3 {
            for y in 1..<max(1, image.height - 1) {
                for x in 1..<max(1, image.width - 1) {
                    let middle = (channel * image.height + y) * image.width + x
                    var sum = 4 * old.values[middle]
                    for row in [middle - image.width, middle, middle + image.width] {
                        sum += old.values[row - 1] + old.values[row] + old.values[row + 1]
                    }
                    let smooth = sum / 13
                    image.values[middle] = min(max(smooth + factor * (old.values[middle] - smooth), 0), 1)
                }
            }
        }
    }

    /// Stretches a channel to 0...1 and clips a share of its darkest and of its brightest pixels.
    private static func stretchContrast(_ image: inout PlanarImage, _ channel: Int, cutoff: Float) {
        let plane = image.width * image.height
        let sorted = image.values[(channel * plane)..<((channel + 1) * plane)].sorted()
        let skipped = min(Int(cutoff * Float(plane)), (plane - 1) / 2)
        let low = sorted[skipped], high = sorted[plane - 1 - skipped]
        guard high > low else { return }
        change(&image, channel) { min(max(($0 - low) / (high - low), 0), 1) }
    }

    /// Equalises the histogram of a channel with 256 levels.
    private static func equalise(_ image: inout PlanarImage, _ channel: Int) {
        let plane = image.width * image.height
        var counts = [Int](repeating: 0, count: 256)
        for value in image.values[(channel * plane)..<((channel + 1) * plane)] { counts[Int(value * 255 + 0.5)] += 1 }
        var below = 0
        let ranks = counts.map { count in
            defer { below += count }
            return (Float(below) + 0.5 * Float(count)) / Float(plane)
        }
        change(&image, channel) { ranks[Int($0 * 255 + 0.5)] }
    }

    /// Rotates about the centre and fills the corners with black, as in the original.
    private static func rotate(_ image: inout PlanarImage, by angle: Float) {
        let middle = SIMD2(Float(image.width - 1), Float(image.height - 1)) / 2
        let map = AffineMap(angle: angle, scale: 1, isFlipped: false, centre: middle, target: middle)
        var rotated = image.resampled(width: image.width, height: image.height) { map($0, $1) }
        let plane = image.width * image.height
        for y in 0..<image.height {
            for x in 0..<image.width {
                let place = map(x, y)
                if place.x < 0 || place.y < 0 || place.x > 2 * middle.x || place.y > 2 * middle.y {
                    for channel in 0..<3 { rotated.values[channel * plane + y * image.width + x] = 0 }
                }
            }
        }
        image = rotated
    }
}
