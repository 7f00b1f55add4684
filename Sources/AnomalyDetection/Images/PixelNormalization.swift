import Imaging

/// Brings pixel values to mean 0 and a spread of about 1 before the network sees them: then the zeros that convolutions pad
/// images with are the mean colour, and the first steps are not spent on learning it.
public struct PixelNormalization: Sendable, Equatable, Codable {
    /// Of red, green and blue over all training images, 0...1.
    public var mean: [Float]
    /// One spread for all channels, so that their noise keeps its proportions; not below `smallestDeviation`.
    public var deviation: Float

    /// Nearly uniform images are not blown up to full contrast: their noise would be all that there is to learn.
    public static let smallestDeviation: Float = 0.08

    public init(mean: [Float], deviation: Float) {
        (self.mean, self.deviation) = (mean, deviation)
    }

    /// - Throws: `DecodingError` for numbers that no image can be normalised by.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        mean = try container.decode([Float].self, forKey: .mean)
        deviation = try container.decode(Float.self, forKey: .deviation)
        guard mean.count == 3, mean.allSatisfy(\.isFinite), deviation.isFinite, deviation > 0 else {
            throw DecodingError.dataCorruptedError(
                forKey: .mean, in: container,
                debugDescription:
                    "a normalisation by \(mean) and \(deviation); three means and a spread above 0 are needed")
        }
    }

    /// - Parameter statistics: of at least one image.
    public init(_ statistics: PixelStatistics) {
        let count = Double(statistics.pixels)
        guard count > 0 else { fatalError("a normalisation without images") }
        let means = statistics.sums.map { $0 / count }
        let variances = zip(statistics.squares, means).map { max(0, $0 / count - $1 * $1) }
        mean = means.map { Float($0) }
        deviation = max(Float((variances.reduce(0, +) / 3).squareRoot()), PixelNormalization.smallestDeviation)
    }

    /// Channel-major values as the network takes them.
    public func normalized(_ values: [Float]) -> [Float] { mapped(values) { ($0 - $1) * (1 / deviation) } }

    /// What the network gives back as pixel values.
    public func restored(_ values: [Float]) -> [Float] { mapped(values) { $0 * deviation + $1 } }

    private func mapped(_ values: [Float], _ change: (Float, Float) -> Float) -> [Float] {
        let pixels = values.count / 3
        var changed = values
        for channel in 0..<3 {
            let mean = mean[channel]
            for index in channel * pixels..<(channel + 1) * pixels { changed[index] = change(values[index], mean) }
        }
        return changed
    }
}
