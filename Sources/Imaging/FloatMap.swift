/// One number per pixel, of any range: an anomaly map.
public struct FloatMap: Sendable, Equatable {
    /// Pixels, at least 1.
    public let width, height: Int
    /// Rows from top to bottom. The count must stay `width * height`.
    public var values: [Float]

    /// The number of values has to be `width * height`; anything else is a programming error.
    public init(width: Int, height: Int, values: [Float]) {
        guard width > 0, height > 0, values.count == width * height else {
            fatalError("FloatMap: \(values.count) values for \(width) x \(height)")
        }
        self.width = width
        self.height = height
        self.values = values
    }

    /// Reads a TIFF with one floating-point sample of 16, 32 or 64 bits per pixel. Values are kept as they are, NaN and
    /// infinities too; those of 64 bits are rounded to 32.
    ///
    /// - Throws: `unsupported` for files with integers, colours or transparency, and all that `ImageDecoder` throws.
    public static func decode(path: String, limits: DecodeLimits = .init()) throws(ImagingError) -> FloatMap {
        let decoded = try ImageDecoder.decode(path: path, limits: limits)
        return try FloatMap(decoded, name: path)
    }

    /// Reads such a TIFF from the contents of a file.
    public static func decode(
        bytes: [UInt8], name: String, limits: DecodeLimits = .init()
    ) throws(ImagingError) -> FloatMap {
        let decoded = try ImageDecoder.decode(bytes: bytes, name: name, limits: limits)
        return try FloatMap(decoded, name: name)
    }

    private init(_ decoded: DecodedImage, name: String) throws(ImagingError) {
        let info = decoded.info
        guard info.isFloat, info.colour == .grey, !info.hasAlpha else {
            let kind = info.isFloat ? "floating-point" : "integer"
            throw .unsupported(
                name: name,
                feature: "a map of \(info.bitDepth) bit \(kind) \(info.colour.rawValue) pixels"
                    + (info.hasAlpha ? " with alpha" : "") + ", instead of one floating-point sample,")
        }
        self.init(width: info.width, height: info.height, values: decoded.image.values)
    }

    /// The map at another size, by the rules of `PlanarImage.resized`. NaN spreads to every pixel it has a share in.
    public func resized(width: Int, height: Int) -> FloatMap {
        let resampler = PlaneResampler(from: (self.width, self.height), to: (width, height))
        return FloatMap(width: width, height: height, values: resampler.resample(values, planes: 1))
    }
}
