import Imaging

/// Normalises pixel values to mean 0 and a spread of about 1 for the network. The zero padding of convolutions then is
/// the mean colour, and the first steps are not spent on learning it.
public struct PixelNormalization: Sendable, Equatable, Codable {
    /// The means of red, green and blue over all training images, 0...1.
    public var mean: [Float]
    /// The common standard deviation of all channels, so that their noise keeps its proportions; at least
    /// `smallestDeviation`.
    public var deviation: Float

    /// The lower limit of `deviation`. Without it, the noise of almost uniform images would be amplified to full
    /// contrast.
    public static let smallestDeviation: Float = 0.08

    public init(mean: [Float], deviation: Float) {
        (self.mean, self.deviation) = (mean, deviation)
    }

    /// - Throws: `DecodingError` for invalid numbers.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        mean = try container.decode([Float].self, forKey: .mean)
        deviation = try container.decode(Float.self, forKey: .deviation)
        guard mean.count == 3, mean.allSatisfy(\.isFinite), deviation.isFinite, deviation > 0 else {
            throw DecodingError.dataCorruptedError(
                forKey: .mean, in: container,
                debugDescription:
                    "normalisation with means \(mean) and deviation \(deviation); expected three means and a deviation above 0"
            )
        }
    }

    /// - Parameter statistics: the statistics of at least one image.
    public init(_ statistics: PixelStatistics) {
        let count = Double(statistics.pixels)
        guard count > 0 else { fatalError("normalisation without images") }
        let means = statistics.sums.map { $0 / count }
        let variances = zip(statistics.squares, means).map { max(0, $0 / count - $1 * $1) }
        mean = means.map { Float($0) }
        deviation = max(Float((variances.reduce(0, +) / 3).squareRoot()), PixelNormalization.smallestDeviation)
    }

    /// Converts pixel values (channel-major) to network input.
    public func normalized(_ values: [Float]) -> [Float] { mapped(values) { ($0 - $1) * (1 / deviation) } }

    /// Converts network output to pixel values.
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

/// Running sums over the pixels of RGB images.
public struct PixelStatistics: Sendable, Equatable {
    public private(set) var sums = [0.0, 0.0, 0.0]
    public private(set) var squares = [0.0, 0.0, 0.0]
    public private(set) var pixels = 0

    public init() {}

    /// Adds the pixels in the image's region of interest.
    public mutating func add(_ image: PlanarImage) {
        let count = image.width * image.height
        let region = image.regionOfInterest
        pixels += region.map { $0.count { $0 != 0 } } ?? count
        for channel in 0..<3 {
            var sum = 0.0, square = 0.0
            for (pixel, value) in image.values[channel * count..<(channel + 1) * count].enumerated() {
                if let region, region[pixel] == 0 { continue }
                sum += Double(value)
                square += Double(value) * Double(value)
            }
            sums[channel] += sum
            squares[channel] += square
        }
    }
}
