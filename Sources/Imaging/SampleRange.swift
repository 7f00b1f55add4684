/// The sample values of a camera that stand for black and white, where these are not the ends of what its files can hold:
/// 0 and 4095 for 12 bits in files of 16.
public struct SampleRange: Codable, Sendable, Hashable {
    /// As files hold them: integers, or floating-point values.
    public let lowest, highest: Float

    /// - Returns: nil for bounds that nothing could be scaled by.
    public init?(lowest: Float, highest: Float) {
        guard lowest.isFinite, highest.isFinite, lowest < highest, (highest - lowest).isFinite else { return nil }
        (self.lowest, self.highest) = (lowest, highest)
    }

    /// The range of a camera of fewer bits than 16 whose highest sample is known; nil where that does not tell.
    public init?(highestSample: Int) {
        guard highestSample > 0, let bits = [8, 10, 12, 14].first(where: { highestSample < 1 << $0 }) else {
            return nil
        }
        self.init(lowest: 0, highest: Float(1 << bits - 1))
    }

    /// Scales the samples of an image of 16 bits or floating-point numbers; files of fewer bits use all of theirs. What lies
    /// outside is clipped, and what is not a number stays so.
    ///
    /// - Returns: the image, and how many samples were clipped.
    public func scaled(_ decoded: DecodedImage) -> (image: PlanarImage, clipped: Int) {
        guard decoded.info.isFloat || decoded.info.bitDepth == 16 else { return (decoded.image, 0) }
        let unit: Float = decoded.info.isFloat ? 1 : 65535
        var image = decoded.image
        var clipped = 0
        for index in image.values.indices {
            let scaled = (image.values[index] * unit - lowest) / (highest - lowest)
            if scaled < 0 || scaled > 1 { clipped += 1 }
            image.values[index] = scaled < 0 ? 0 : scaled > 1 ? 1 : scaled
        }
        return (image, clipped)
    }
}

extension DecodedImage {
    /// The highest sample of an image of 16 bit integers; nil for other kinds.
    public var highestSample: Int? {
        guard !info.isFloat, info.bitDepth == 16 else { return nil }
        return image.values.max().map { Int(($0 * 65535).rounded()) }
    }
}
