/// The sample values of a camera for black and white, if they differ from the range of its files: 0 and 4095 for 12-bit
/// samples in 16-bit files.
public struct SampleRange: Codable, Sendable, Hashable {
    /// The stored sample values, integer or floating point.
    public let lowest, highest: Float

    /// - Returns: nil for bounds that are not finite or not in ascending order.
    public init?(lowest: Float, highest: Float) {
        guard lowest.isFinite, highest.isFinite, lowest < highest, (highest - lowest).isFinite else { return nil }
        (self.lowest, self.highest) = (lowest, highest)
    }

    /// The range of a camera with this many bits per sample.
    public init?(bits: Int) {
        guard (1...16).contains(bits) else { return nil }
        self.init(lowest: 0, highest: Float(1 << bits - 1))
    }

    /// The number of bits of a camera with this range; nil for a range that no number of bits has.
    public var bits: Int? { (1...16).first { SampleRange(bits: $0) == self } }

    /// The range of a camera with fewer than 16 bits, derived from its highest sample; nil if the sample needs 15 or 16
    /// bits.
    public init?(highestSample: Int) {
        guard highestSample > 0, let bits = [8, 10, 12, 14].first(where: { highestSample < 1 << $0 }) else {
            return nil
        }
        self.init(bits: bits)
    }

    /// Scales the samples of a 16-bit or floating-point image to 0...1. Files with fewer bits use their full range and
    /// are unchanged. Samples outside the range are clipped; NaN stays NaN.
    ///
    /// - Returns: the image and the number of clipped samples.
    public func scaled(_ decoded: DecodedImage) -> (image: PlanarImage, clipped: Int) {
        guard decoded.info.isFloat || decoded.info.hasSixteenBits else { return (decoded.image, 0) }
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

extension ImageInfo {
    /// True for integers of 16 bits whose range may be that of a camera with fewer bits.
    fileprivate var hasSixteenBits: Bool { !isFloat && bitDepth == 16 && !statesRange }
}

extension DecodedImage {
    /// The highest sample of a 16-bit integer image; nil for other kinds.
    public var highestSample: Int? {
        guard info.hasSixteenBits else { return nil }
        return image.values.max().map { Int(($0 * 65535).rounded()) }
    }
}
