/// A region of an image, pixel by pixel: what an annotator marked, or what a detector predicts.
public struct Mask: Sendable, Equatable {
    /// Pixels, at least 1.
    public let width, height: Int
    /// 1 inside of the region, 0 outside; rows from top to bottom. The count must stay `width * height`.
    public var values: [UInt8]

    /// The number of values has to be `width * height`; anything else is a programming error.
    public init(width: Int, height: Int, values: [UInt8]) {
        guard width > 0, height > 0, values.count == width * height else {
            fatalError("Mask: \(values.count) values for \(width) x \(height)")
        }
        self.width = width
        self.height = height
        self.values = values
    }

    /// No pixel is set.
    public var isEmpty: Bool { !values.contains { $0 != 0 } }

    /// The number of pixels that are set.
    public var area: Int { values.count { $0 != 0 } }

    /// Reads a mask from an image of any readable format, by the rule of `DecodedMask`.
    public static func decode(path: String, limits: DecodeLimits = .init()) throws(ImagingError) -> Mask {
        try DecodedMask.decode(path: path, limits: limits).mask
    }

    /// Reads a mask from the contents of a file.
    public static func decode(
        bytes: [UInt8], name: String, limits: DecodeLimits = .init()
    ) throws(ImagingError) -> Mask {
        try DecodedMask.decode(bytes: bytes, name: name, limits: limits).mask
    }

    /// An 8 bit grey PNG with 255 inside of the region and 0 outside.
    public func pngBytes() -> [UInt8] {
        do {
            return try NativeCodecs.png(
                samples: values.map { $0 == 0 ? 0 : 255 }, width: width, height: height, channels: 1, bitDepth: 8)
        } catch {
            // A mask is smaller than the image it belongs to, for which there was memory.
            fatalError("a mask of \(width) x \(height) cannot be written as PNG: \(error.message)")
        }
    }

    /// The mask at another size; every new pixel takes the value of the old one under its centre.
    public func resized(width: Int, height: Int) -> Mask {
        if width == self.width && height == self.height { return self }
        let columns = (0..<width).map { (2 * $0 + 1) * self.width / (2 * width) }
        var resized: [UInt8] = []
        resized.reserveCapacity(width * height)
        for y in 0..<height {
            let row = (2 * y + 1) * self.height / (2 * height) * self.width
            for column in columns { resized.append(values[row + column]) }
        }
        return Mask(width: width, height: height, values: resized)
    }
}
