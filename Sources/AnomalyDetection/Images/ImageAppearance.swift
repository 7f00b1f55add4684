import Imaging

/// What an image looks like as a whole, for telling whether the camera or the light has changed. Grey values from 0 to 1; luma
/// is 0.299 R + 0.587 G + 0.114 B.
public struct ImageAppearance: Codable, Equatable, Sendable {
    /// Mean luma.
    public var brightness: Double
    /// Standard deviation of the luma.
    public var contrast: Double
    /// Mean of red less mean of blue: rises where the light turns from cold to warm.
    public var warmth: Double
    /// Mean of the largest less the smallest of the three channels.
    public var saturation: Double
    /// Standard deviation of the luma's Laplacian (four neighbours) over `contrast`, so that neither exposure nor contrast
    /// moves it; 0 for an image of one colour.
    public var sharpness: Double

    /// - Parameter image: three channels, at least 3 x 3 pixels.
    public init(_ image: PlanarImage) {
        let (width, height) = (image.width, image.height)
        let count = width * height
        guard image.channels == 3, width > 2, height > 2 else { fatalError("appearance of an image that is too small") }
        var luma = [Float](repeating: 0, count: count)
        var (warmth, saturation) = (0.0, 0.0)
        let values = image.values
        for pixel in 0..<count {
            let (red, green, blue) = (values[pixel], values[count + pixel], values[2 * count + pixel])
            luma[pixel] = 0.299 * red + 0.587 * green + 0.114 * blue
            warmth += Double(red - blue)
            saturation += Double(max(red, green, blue) - min(red, green, blue))
        }
        self.warmth = warmth / Double(count)
        self.saturation = saturation / Double(count)
        (brightness, contrast) = Self.meanAndDeviation(luma)
        var edges: [Float] = []
        edges.reserveCapacity((width - 2) * (height - 2))
        for y in 1..<height - 1 {
            for x in 1..<width - 1 {
                let pixel = y * width + x
                edges.append(
                    luma[pixel - 1] + luma[pixel + 1] + luma[pixel - width] + luma[pixel + width] - 4 * luma[pixel])
            }
        }
        // What is left of one colour by rounding is no contrast.
        sharpness = contrast > 1e-6 ? Self.meanAndDeviation(edges).deviation / contrast : 0
    }

    private static func meanAndDeviation(_ values: [Float]) -> (mean: Double, deviation: Double) {
        let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
        let variance = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(values.count)
        return (mean, variance.squareRoot())
    }
}
