import CImageCodecs

/// The Swift interface to libpng, libtiff, libjpeg, libwebp and OpenJPEG. Only this file uses the C target.
enum NativeCodecs {
    /// The header of a file, before the orientation is applied.
    struct Header {
        let width, height: Int
        let bitDepth: Int
        let isFloat: Bool
        let colour: ImageColour
        let hasAlpha: Bool
        let orientation: Orientation
        /// The number of pixels to decode, saturating. Whole tiles can cover far more than the image.
        let codedPixels: Int
        /// The integer that stands for 1, if it is neither 255 nor 65535.
        var largestSample: Int?
        /// True if compression has changed samples.
        var isLossy = false

        /// The channels of the decoded image. Palettes become RGB.
        var channels: Int { colour == .grey ? 1 : 3 }

        /// The number of stored planes: colours or indices, and alpha.
        var sampleCount: Int { (colour == .rgb ? 3 : 1) + (hasAlpha ? 1 : 0) }

        /// The number of pixels, saturating: a header can claim 2^32 - 1 pixels on both axes.
        var pixelCount: Int { Self.product(width, height) }

        /// The size of some planes of the decoded image in bytes, saturating.
        func decodedByteCount(planes: Int) -> Int { Self.product(pixelCount, planes * MemoryLayout<Float>.size) }

        /// The product, saturating.
        static func product(_ a: Int, _ b: Int) -> Int {
            let (product, hasOverflowed) = a.multipliedReportingOverflow(by: b)
            return hasOverflowed ? .max : product
        }
    }

    /// A failure in a codec library.
    struct Failure: Error {
        enum Kind { case truncated, damaged, unsupported, outOfMemory }
        let kind: Kind
        let message: String
        let decodedRows: Int?
    }

    static func header(of bytes: [UInt8], format: ImageFormat) throws(Failure) -> Header {
        var header = image_codec_header()
        var report = image_codec_report()
        _ = unsafe image_codec_read_header(code(format), bytes, bytes.count, &header, &report)
        try check(report)
        let colour: ImageColour =
            switch UInt32(header.colour) {
            case IMAGE_CODEC_GREY.rawValue: .grey
            case IMAGE_CODEC_PALETTE.rawValue: .palette
            default: .rgb
            }
        return Header(
            width: Int(header.width), height: Int(header.height), bitDepth: Int(header.bit_depth),
            isFloat: header.is_float, colour: colour, hasAlpha: header.has_alpha,
            orientation: Orientation(code: Int(header.orientation)),
            codedPixels: Int(clamping: header.coded_pixels), isLossy: header.is_lossy)
    }

    /// The layout of decoded planes.
    enum Rendition {
        /// The layout of `PlanarImage`: palettes become RGB, alpha is composited over black.
        case colours
        /// The stored samples: palettes stay indices, and alpha is a separate last plane.
        case samples
    }

    struct Pixels {
        /// Consecutive planes, before the orientation is applied.
        let values: [Float]
        /// 256 colours of three values each, if the file has a palette.
        let palette: [Float]
        /// True if some pixel is not opaque.
        let isAlphaUsed: Bool
        /// The number of skipped bytes between the segments of a JPEG.
        let strayBytes: Int
    }

    static func pixels(
        of bytes: [UInt8], format: ImageFormat, header: Header, as rendition: Rendition
    ) throws(Failure) -> Pixels {
        let valueCount = header.pixelCount * (rendition == .samples ? header.sampleCount : header.channels)
        let code = rendition == .samples ? IMAGE_CODEC_SAMPLES : IMAGE_CODEC_COLOURS
        var isAlphaUsed = false
        var report = image_codec_report()
        var palette = [Float](repeating: 0, count: Int(IMAGE_CODEC_PALETTE_VALUES))
        let values = unsafe [Float](unsafeUninitializedCapacity: valueCount) { buffer, count in
            let status = unsafe image_codec_read_pixels(
                self.code(format), bytes, bytes.count, code, buffer.baseAddress, valueCount, &palette, &isAlphaUsed,
                &report)
            count = status == IMAGE_CODEC_OK ? valueCount : 0
        }
        try check(report)
        return Pixels(
            values: values, palette: palette, isAlphaUsed: isAlphaUsed, strayBytes: Int(clamping: report.stray_bytes))
    }

    /// The ICC profile of a PNG or TIFF; empty without one.
    static func profile(of bytes: [UInt8], format: ImageFormat) throws(Failure) -> [UInt8] {
        try unsafe encoded { output, report in
            _ = unsafe image_codec_read_profile(code(format), bytes, bytes.count, &output, &report)
        }
    }

    /// The planes of an image with the colours of an ICC profile, converted to sRGB.
    static func convertedToSRGB(_ image: PlanarImage, from profile: [UInt8]) throws(Failure) -> PlanarImage {
        var report = image_codec_report()
        var values = image.values
        _ = unsafe image_codec_to_srgb(
            profile, profile.count, UInt32(image.channels), UInt32(image.width), UInt32(image.height), &values, &report)
        try check(report)
        return PlanarImage(width: image.width, height: image.height, channels: image.channels, values: values)
    }

    /// - Parameters:
    ///   - samples: rows of interleaved samples; those of 16 bits with the most significant byte first.
    ///   - bitDepth: 8 or 16.
    static func png(
        samples: [UInt8], width: Int, height: Int, channels: Int, bitDepth: Int = 8
    ) throws(Failure) -> [UInt8] {
        try unsafe encoded { output, report in
            _ = unsafe image_codec_write_png(
                samples, UInt32(width), UInt32(height), UInt32(channels), UInt32(bitDepth), &output, &report)
        }
    }

    /// - Parameter samples: rows of interleaved 8-bit samples.
    static func jpeg(
        samples: [UInt8], width: Int, height: Int, channels: Int, quality: Int
    ) throws(Failure) -> [UInt8] {
        try unsafe encoded { output, report in
            _ = unsafe image_codec_write_jpeg(
                samples, UInt32(width), UInt32(height), UInt32(channels), UInt32(quality), &output, &report)
        }
    }

    /// True if an allocation of this size succeeds. Arrays trap on failure.
    static func canAllocate(byteCount: Int) -> Bool { image_codec_can_allocate(byteCount) }

    private static func encoded(
        _ encode: (inout image_codec_output, inout image_codec_report) -> Void
    ) throws(Failure) -> [UInt8] {
        var output = unsafe image_codec_output()
        var report = image_codec_report()
        unsafe encode(&output, &report)
        defer { unsafe image_codec_free(output.bytes) }
        try check(report)
        return unsafe Array(UnsafeBufferPointer(start: output.bytes, count: output.count))
    }

    private static func check(_ report: image_codec_report) throws(Failure) {
        let kind: Failure.Kind
        switch report.status {
        case IMAGE_CODEC_OK: return
        case IMAGE_CODEC_TRUNCATED: kind = .truncated
        case IMAGE_CODEC_UNSUPPORTED: kind = .unsupported
        case IMAGE_CODEC_OUT_OF_MEMORY: kind = .outOfMemory
        default: kind = .damaged
        }
        let message = unsafe withUnsafeBytes(of: report.message) { text in
            unsafe String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
        }
        let decodedRows = report.rows_decoded < 0 ? nil : Int(report.rows_decoded)
        throw Failure(kind: kind, message: message, decodedRows: decodedRows)
    }

    private static func code(_ format: ImageFormat) -> image_codec_format {
        switch format {
        case .png: IMAGE_CODEC_PNG
        case .tiff: IMAGE_CODEC_TIFF
        case .jpeg: IMAGE_CODEC_JPEG
        case .webp: IMAGE_CODEC_WEBP
        case .jpeg2000: IMAGE_CODEC_JPEG2000
        case .bmp, .pnm: fatalError("\(format.displayName) is read without a library")
        }
    }
}
