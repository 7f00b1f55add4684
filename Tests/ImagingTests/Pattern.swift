@testable import Imaging

/// The pixels that make_fixtures.py writes: each sample is a formula of its position.
enum Pattern {
    static let width = 21
    static let height = 18

    static func sample(_ x: Int, _ y: Int, _ channel: Int, bits: Int) -> Int {
        (x * 37 + y * 91 + channel * 53 + x * y) % (1 << bits)
    }

    static func image(channels: Int, _ value: (_ x: Int, _ y: Int, _ channel: Int) -> Float) -> PlanarImage {
        var image = PlanarImage(width: width, height: height, channels: channels, repeating: 0)
        for channel in 0..<channels {
            for y in 0..<height {
                for x in 0..<width { image.values[(channel * height + y) * width + x] = value(x, y, channel) }
            }
        }
        return image
    }

    static func scaled(_ sample: Int, bits: Int) -> Float { Float(sample) / Float((1 << bits) - 1) }

    /// Grey or RGB, with the sample of channel 3 as alpha where asked for.
    static func image(channels: Int, bits: Int, alpha: Bool = false) -> PlanarImage {
        image(channels: channels) { x, y, channel in
            let value = scaled(sample(x, y, channel, bits: bits), bits: bits)
            return alpha ? value * scaled(sample(x, y, 3, bits: bits), bits: bits) : value
        }
    }

    /// The colours of the palettes, and the alpha of the transparent ones.
    static func palette(bits: Int, transparent: Bool) -> PlanarImage {
        image(channels: 3) { x, y, channel in
            let index = sample(x, y, 0, bits: bits)
            let entry = [index * 7 % 256, (index * 11 + 3) % 256, 255 - index][channel]
            let alpha = transparent && index % 2 == 0 ? index * 5 % 256 : 255
            return scaled(entry, bits: 8) * scaled(alpha, bits: 8)
        }
    }
}
