import Imaging

/// Sums over the pixels of RGB images, one image after the other.
public struct PixelStatistics: Sendable, Equatable {
    public private(set) var sums = [0.0, 0.0, 0.0]
    public private(set) var squares = [0.0, 0.0, 0.0]
    public private(set) var pixels = 0

    public init() {}

    public mutating func add(_ image: PlanarImage) {
        let count = image.width * image.height
        pixels += count
        for channel in 0..<3 {
            var sum = 0.0, square = 0.0
            for value in image.values[channel * count..<(channel + 1) * count] {
                sum += Double(value)
                square += Double(value) * Double(value)
            }
            sums[channel] += sum
            squares[channel] += square
        }
    }
}
