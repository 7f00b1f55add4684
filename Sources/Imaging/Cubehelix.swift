import Glibc

/// Colours whose perceived brightness rises steadily from black to white while the hue turns: equal steps of a value look
/// like equal steps, in grey print too. Formula: D. A. Green, "A colour scheme for the display of astronomical intensity
/// images", Bulletin of the Astronomical Society of India 39 (2011).
struct Cubehelix {
    /// 0: blue, 1: red, 2: green.
    var start: Double
    /// Turns of the hue from black to white.
    var rotations: Double
    /// Saturation: 0 is grey.
    var hue: Double

    /// From black through violet and red to pale yellow: it reads as heat.
    static let heat = Cubehelix(start: 0.35, rotations: 0.5, hue: 1.5)

    /// Nearly the same hues, more saturated: for colours that have to stand out from a grey image under them.
    static let vividHeat = Cubehelix(start: 0.35, rotations: 0.4, hue: 3)

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

    /// 256 colours from one value to another: finer than a file of 8 bits can show.
    func table(over range: ClosedRange<Double> = 0...1) -> [(red: Float, green: Float, blue: Float)] {
        let span = range.upperBound - range.lowerBound
        return (0..<256).map { colour(at: range.lowerBound + span * Double($0) / 255) }
    }
}
