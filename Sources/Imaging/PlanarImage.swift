/// An image in memory.
///
/// Channels are consecutive planes with rows from top to bottom: `values[(channel * height + y) * width + x]`. Integer
/// samples are scaled to 0...1; floating-point samples keep their range. Neither gamma nor a colour profile is applied.
public struct PlanarImage: Sendable, Equatable {
    /// The size in pixels, at least 1.
    public let width, height: Int
    /// 1 (grey) or 3 (red, green, blue).
    public let channels: Int
    /// `channels * height * width` values. The count must not change.
    public var values: [Float]
    /// The pixels that count, nonzero, in rows: `height * width` values; nil if all do. Changes of size and place keep
    /// it.
    public package(set) var regionOfInterest: [UInt8]?

    /// - Parameter values: `channels * height * width` values.
    public init(width: Int, height: Int, channels: Int, values: [Float]) {
        guard width > 0, height > 0, channels == 1 || channels == 3, values.count == width * height * channels else {
            fatalError("PlanarImage: \(values.count) values for \(width) x \(height) x \(channels) channels")
        }
        (self.width, self.height, self.channels, self.values) = (width, height, channels, values)
    }

    /// An image of one value.
    public init(width: Int, height: Int, channels: Int, repeating value: Float) {
        let values = [Float](repeating: value, count: max(0, width * height * channels))
        self.init(width: width, height: height, channels: channels, values: values)
    }

    /// The image at another size. An axis that shrinks is averaged exactly over the area of each new pixel, which
    /// preserves the mean. An axis that grows is interpolated linearly between pixel centres and constant outside them.
    /// An unchanged axis keeps its values bit by bit.
    public func resized(width: Int, height: Int) -> PlanarImage {
        let resampler = PlaneResampler(from: (self.width, self.height), to: (width, height))
        return PlanarImage(
            width: width, height: height, channels: channels, values: resampler.resample(values, planes: channels)
        ).restricted(to: resizedRegion(width: width, height: height))
    }

    /// Three channels; grey is repeated.
    public func convertedToRGB() -> PlanarImage {
        if channels == 3 { return self }
        return PlanarImage(width: width, height: height, channels: 3, values: values + values + values)
            .restricted(to: regionOfInterest)
    }

    /// One channel: 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601 luma) of the stored values.
    public func convertedToGrey() -> PlanarImage {
        if channels == 1 { return self }
        let plane = width * height
        let grey = unsafe [Float](unsafeUninitializedCapacity: plane) { buffer, count in
            let source = values.span
            for i in 0..<plane {
                // Double precision, so that equal channels keep their value exactly.
                let (red, green, blue) = (source[i], source[plane + i], source[2 * plane + i])
                let luma = 0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue)
                unsafe buffer.initializeElement(at: i, to: Float(luma))
            }
            count = plane
        }
        return PlanarImage(width: width, height: height, channels: 1, values: grey)
    }

    /// A rectangle of the image, which must contain it.
    public func cropped(x: Int, y: Int, width: Int, height: Int) -> PlanarImage {
        guard x >= 0, y >= 0, width > 0, height > 0, width <= self.width - x, height <= self.height - y else {
            fatalError(
                "PlanarImage: no rectangle \(width) x \(height) at (\(x), \(y)) in \(self.width) x \(self.height)")
        }
        var part: [Float] = []
        part.reserveCapacity(width * height * channels)
        for channel in 0..<channels {
            for row in y..<(y + height) {
                let start = (channel * self.height + row) * self.width + x
                part.append(contentsOf: values[start..<(start + width)])
            }
        }
        return PlanarImage(width: width, height: height, channels: channels, values: part).restricted(
            to: regionOfInterest.map { region in
                (y..<(y + height)).flatMap { row in region[row * self.width + x..<row * self.width + x + width] }
            })
    }
}
