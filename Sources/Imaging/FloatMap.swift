/// One number per pixel, such as an anomaly map. Values can have any range.
public struct FloatMap: Sendable, Equatable {
    /// The size in pixels, at least 1.
    public let width, height: Int
    /// The values in rows from top to bottom. The count must stay `width * height`.
    public var values: [Float]

    /// - Parameter values: `width * height` values.
    public init(width: Int, height: Int, values: [Float]) {
        guard width > 0, height > 0, values.count == width * height else {
            fatalError("FloatMap: \(values.count) values for \(width) x \(height)")
        }
        (self.width, self.height, self.values) = (width, height, values)
    }

    /// Reads a TIFF with one floating-point sample of 16, 32 or 64 bits per pixel. Values are unchanged, including NaN
    /// and infinity, except that 64 bits are rounded to 32.
    ///
    /// - Throws: `unsupported` for integers, colours or alpha, and any error of `ImageDecoder`.
    public static func decode(path: String, limits: DecodeLimits = .init()) throws(ImagingError) -> FloatMap {
        let decoded = try ImageDecoder.decode(path: path, limits: limits)
        return try FloatMap(decoded, name: path)
    }

    /// Reads a map from the contents of a TIFF file.
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

    /// The map at another size, see `PlanarImage.resized`. NaN spreads to every pixel that it contributes to.
    public func resized(width: Int, height: Int) -> FloatMap {
        let resampler = PlaneResampler(from: (self.width, self.height), to: (width, height))
        return FloatMap(width: width, height: height, values: resampler.resample(values, planes: 1))
    }
}

extension FloatMap {
    /// A TIFF file (TIFF 6.0, Adobe 1992) of floating-point samples of 32 or 16 bits: little-endian, uncompressed, in
    /// strips of about 64 KiB. Every reader of floating-point TIFF supports this layout.
    ///
    /// - Parameter isHalf: rounds values to 16 bits.
    /// - Throws: `tooLarge` for maps of 4 GiB or more.
    public func tiffBytes(isHalf: Bool = false) throws(ImagingError) -> [UInt8] {
        let sampleBits = isHalf ? 16 : 32
        let rowBytes = width * sampleBits / 8
        let rowsPerStrip = min(height, max(1, 65536 / rowBytes))
        let stripCount = (height + rowsPerStrip - 1) / rowsPerStrip

        // The offset and the size of a single strip fit into their directory entries.
        let isSingle = stripCount == 1
        let tableBytes = isSingle ? 0 : 4 * stripCount
        let headerBytes = 8
        let offsetsAt = headerBytes + 2 + 12 * Self.entryCount + 4
        let byteCountsAt = offsetsAt + tableBytes
        let pixelsAt = byteCountsAt + tableBytes
        let total = pixelsAt + rowBytes * height
        guard total <= Int(UInt32.max) else {
            throw .tooLarge(
                name: "TIFF of \(width) x \(height) floats", quantity: .bytes, actual: total, limit: Int(UInt32.max))
        }

        var file = LittleEndianBytes(capacity: total)
        file.append(short: 0x4949)  // II: little-endian
        file.append(short: 42)
        file.append(long: headerBytes)
        file.append(short: Self.entryCount)
        file.append(entry: 256, long: width)
        file.append(entry: 257, long: height)
        file.append(entry: 258, short: sampleBits)  // bits per sample
        file.append(entry: 259, short: 1)  // no compression
        file.append(entry: 262, short: 1)  // black is zero
        file.append(entry: 273, count: stripCount, long: isSingle ? pixelsAt : offsetsAt)
        file.append(entry: 277, short: 1)  // samples per pixel
        file.append(entry: 278, long: rowsPerStrip)
        file.append(entry: 279, count: stripCount, long: isSingle ? rowBytes * height : byteCountsAt)
        file.append(entry: 284, short: 1)  // planar configuration: contiguous
        file.append(entry: 339, short: 3)  // sample format: IEEE floating point
        file.append(long: 0)  // no further directory
        if !isSingle {
            let rows = stride(from: 0, to: height, by: rowsPerStrip)
            for row in rows { file.append(long: pixelsAt + row * rowBytes) }
            for row in rows { file.append(long: min(rowsPerStrip, height - row) * rowBytes) }
        }
        for value in values {
            if isHalf {
                file.append(short: Int(Float16(value).bitPattern))
            } else {
                file.append(long: Int(value.bitPattern))
            }
        }
        return file.bytes
    }

    private static let entryCount = 11
}

/// A buffer for writing a little-endian TIFF.
private struct LittleEndianBytes {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func append(short value: Int) {
        bytes.append(UInt8(truncatingIfNeeded: value))
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
    }

    mutating func append(long value: Int) {
        append(short: value)
        append(short: value >> 16)
    }

    /// Appends a directory entry: tag, type (3: short, 4: long), count, value. Short values are left-aligned.
    mutating func append(entry tag: Int, short value: Int) {
        append(short: tag)
        append(short: 3)
        append(long: 1)
        append(long: value)
    }

    mutating func append(entry tag: Int, count: Int = 1, long value: Int) {
        append(short: tag)
        append(short: 4)
        append(long: count)
        append(long: value)
    }
}
