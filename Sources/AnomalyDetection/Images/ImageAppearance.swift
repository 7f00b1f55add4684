import Imaging

/// Global properties of an image that reveal changes of the camera or its lighting. Values are in 0...1; luma is
/// 0.299 R + 0.587 G + 0.114 B.
public struct ImageAppearance: Codable, Equatable, Sendable {
    /// Mean luma.
    public var brightness: Double
    /// Standard deviation of the luma.
    public var contrast: Double
    /// Mean of red minus mean of blue. Warmer light raises it.
    public var warmth: Double
    /// Mean difference between the largest and the smallest channel.
    public var saturation: Double
    /// Standard deviation of the luma's four-neighbour Laplacian divided by `contrast`, which makes it independent of
    /// exposure and contrast; 0 for an image of one colour.
    public var sharpness: Double

    /// Measures the pixels in the region of interest, and the sharpness at those whose four neighbours lie inside too.
    ///
    /// - Parameter image: an RGB image of at least 3 x 3 pixels, with a pixel in its region.
    public init(_ image: PlanarImage) {
        let (width, height) = (image.width, image.height)
        let count = width * height
        guard image.channels == 3, width > 2, height > 2 else { fatalError("image too small") }
        let region = image.regionOfInterest
        func isInside(_ pixel: Int) -> Bool { region.map { $0[pixel] != 0 } ?? true }
        var luma = [Float](repeating: 0, count: count)
        var (warmth, saturation, seen) = (0.0, 0.0, 0)
        let values = image.values
        for pixel in 0..<count where isInside(pixel) {
            let (red, green, blue) = (values[pixel], values[count + pixel], values[2 * count + pixel])
            luma[pixel] = 0.299 * red + 0.587 * green + 0.114 * blue
            warmth += Double(red - blue)
            saturation += Double(max(red, green, blue) - min(red, green, blue))
            seen += 1
        }
        self.warmth = warmth / Double(max(seen, 1))
        self.saturation = saturation / Double(max(seen, 1))
        (brightness, contrast) = Self.meanAndDeviation(luma.inside(region))
        var edges: [Float] = []
        edges.reserveCapacity((width - 2) * (height - 2))
        for y in 1..<height - 1 {
            for x in 1..<width - 1 {
                let pixel = y * width + x
                if region != nil, ![pixel, pixel - 1, pixel + 1, pixel - width, pixel + width].allSatisfy(isInside) {
                    continue
                }
                edges.append(
                    luma[pixel - 1] + luma[pixel + 1] + luma[pixel - width] + luma[pixel + width] - 4 * luma[pixel])
            }
        }
        // Rounding leaves a tiny contrast in an image of one colour.
        sharpness = contrast > 1e-6 ? Self.meanAndDeviation(edges).deviation / contrast : 0
    }

    private static func meanAndDeviation(_ values: [Float]) -> (mean: Double, deviation: Double) {
        let count = Double(max(values.count, 1))
        let mean = values.reduce(0.0) { $0 + Double($1) } / count
        let variance = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
        return (mean, variance.squareRoot())
    }
}
