import Glibc

/// Draws anomaly maps over their images.
public enum Overlay {
    /// Draws a map as colours over a grey version of its image.
    ///
    /// Opacity grows with the map value, so the image stays visible where the map is low. The ground truth is outlined
    /// with a light line and a dark edge.
    ///
    /// - Parameters:
    ///   - image: a grey or RGB image. The map and the mask are resized to its size.
    ///   - range: the map values of the first colour (violet) and the last (yellow). Values outside are clamped; NaN
    ///     takes the first colour.
    ///   - mask: the ground truth, if any.
    ///   - region: the region of interest; the picture is darkened outside. Nil for the whole image.
    ///   - opacity: the opacity of the last colour, 0...1.
    /// - Returns: an RGB image of the image's size.
    public static func render(
        image: PlanarImage, map: FloatMap, range: ClosedRange<Float>, mask: Mask?, region: Mask? = nil,
        opacity: Float = 0.6
    ) -> PlanarImage {
        let (width, height) = (image.width, image.height)
        let grey = image.convertedToGrey().values
        let levels = levels(map.resized(width: width, height: height), range)
        // Excludes black and white, which would look like parts of a grey image.
        let colours = Cubehelix.heat.table(over: 0.2...0.8)
        var picture = PlanarImage(width: width, height: height, channels: 3, repeating: 0)
        let judged = region?.resized(width: width, height: height).values
        for i in grey.indices {
            if judged?[i] == 0 {
                let dark = grey[i] * outsideBrightness
                picture.set(i, (dark, dark, dark))
                continue
            }
            let colour = colours[Int(levels[i])]
            let share = opacity * Float(levels[i]) / 255
            let ground = grey[i] * (1 - share)
            picture.set(i, (ground + share * colour.red, ground + share * colour.green, ground + share * colour.blue))
        }
        if let mask {
            let mask = mask.resized(width: width, height: height)
            draw(MaskOutline(mask, thickness: thickness(width, height)), &picture)
        }
        return picture
    }

    /// The position of each value in the range, scaled to 0...255.
    private static func levels(_ map: FloatMap, _ range: ClosedRange<Float>) -> [UInt8] {
        let span = Double(range.upperBound) - Double(range.lowerBound)
        return map.values.map { value in
            guard value > range.lowerBound else { return 0 }
            guard value < range.upperBound else { return 255 }
            return UInt8(((Double(value) - Double(range.lowerBound)) / span * 255).rounded())
        }
    }

    /// The brightness outside the region of interest, as a share of the image's.
    private static let outsideBrightness: Float = 0.35

    /// The outline's thickness in pixels. Large pictures are often shown scaled down, which hides a line of one pixel.
    private static func thickness(_ width: Int, _ height: Int) -> Int { max(width, height) >= 512 ? 2 : 1 }

    private static func draw(_ outline: MaskOutline, _ picture: inout PlanarImage) {
        for i in outline.light.indices {
            if outline.light[i] { picture.set(i, (0.55, 1, 0.75)) }
            if outline.dark[i] { picture.set(i, (0, 0.15, 0.1)) }
        }
    }
}

extension PlanarImage {
    /// Sets a pixel of an RGB image.
    ///
    /// - Parameter index: row x width + column.
    fileprivate mutating func set(_ index: Int, _ colour: (red: Float, green: Float, blue: Float)) {
        let plane = width * height
        values[index] = colour.red
        values[plane + index] = colour.green
        values[2 * plane + index] = colour.blue
    }
}

/// A colour map whose perceived brightness rises linearly from black to white while the hue rotates: equal steps look
/// equal, in greyscale print too. Formula: D. A. Green, "A colour scheme for the display of astronomical intensity
/// images", Bulletin of the Astronomical Society of India 39 (2011).
struct Cubehelix {
    /// The initial hue: 0 is blue, 1 red, 2 green.
    var start: Double
    /// The number of rotations of the hue from black to white.
    var rotations: Double
    /// The saturation: 0 is grey.
    var hue: Double

    /// From black through violet and red to yellow, saturated enough to stand out from a grey image.
    static let heat = Cubehelix(start: 0.35, rotations: 0.4, hue: 3)

    /// - Parameter value: 0 (black) ... 1 (white).
    /// - Returns: red, green and blue, 0...1.
    func colour(at value: Double) -> (red: Float, green: Float, blue: Float) {
        let angle = 2 * Double.pi * (start / 3 + 1 + rotations * value)
        let amplitude = hue * value * (1 - value) / 2
        let (cosine, sine) = (cos(angle), sin(angle))
        func channel(_ a: Double, _ b: Double) -> Float {
            Float(min(max(value + amplitude * (a * cosine + b * sine), 0), 1))
        }
        return (channel(-0.14861, 1.78277), channel(-0.29227, -0.90649), channel(1.97294, 0))
    }

    /// 256 evenly spaced colours over a range of values.
    func table(over range: ClosedRange<Double>) -> [(red: Float, green: Float, blue: Float)] {
        let span = range.upperBound - range.lowerBound
        return (0..<256).map { colour(at: range.lowerBound + span * Double($0) / 255) }
    }
}

/// The outline of a mask: light inside the border and dark outside, visible on any background.
struct MaskOutline {
    /// The pixels of the mask near its border or near the image's edge.
    private(set) var light: [Bool]
    /// The pixels next to the mask.
    private(set) var dark: [Bool]

    /// - Parameter thickness: the thickness of the light line in pixels. The dark line is one pixel wide.
    init(_ mask: Mask, thickness: Int) {
        let (width, height) = (mask.width, mask.height)
        light = [Bool](repeating: false, count: mask.values.count)
        dark = light

        for y in 0..<height {
            for x in 0..<width where mask.values[y * width + x] != 0 {
                light[y * width + x] = min(x, y, width - 1 - x, height - 1 - y) < thickness
                Self.visit(around: x, y, radius: 1, width, height) { if mask.values[$0] == 0 { dark[$0] = true } }
            }
        }
        // A mask pixel is near the outside if and only if it is near a dark pixel.
        for y in 0..<height {
            for x in 0..<width where dark[y * width + x] {
                Self.visit(around: x, y, radius: thickness, width, height) {
                    if mask.values[$0] != 0 { light[$0] = true }
                }
            }
        }
    }

    /// Calls a closure with the index of each pixel of a square, clipped to the image.
    private static func visit(
        around x: Int, _ y: Int, radius: Int, _ width: Int, _ height: Int, _ body: (Int) -> Void
    ) {
        for row in max(0, y - radius)...min(height - 1, y + radius) {
            for column in max(0, x - radius)...min(width - 1, x + radius) { body(row * width + column) }
        }
    }
}
