/// Encodes PNG files. Compression level, strategy and row filter are fixed and no time is stored: equal images give
/// equal bytes with the same version of zlib.
public enum PNGEncoder {
    /// An 8-bit grey or RGB file. Values are clamped to 0...1 and scaled to 255; halves are rounded up; NaN becomes 0.
    ///
    /// - Throws: `outOfMemory`, or `tooLarge` for more than 2^31 - 1 pixels per side.
    public static func encode(_ image: PlanarImage) throws(ImagingError) -> [UInt8] {
        try image.checkSides(maximum: Int(Int32.max), for: .png)
        do {
            return try NativeCodecs.png(
                samples: image.interleavedBytes, width: image.width, height: image.height, channels: image.channels)
        } catch {
            throw image.encodingError(error, .png)
        }
    }

    /// A 16-bit grey or RGB file, likewise scaled to 65535.
    public static func encode16(_ image: PlanarImage) throws(ImagingError) -> [UInt8] {
        try image.checkSides(maximum: Int(Int32.max), for: .png)
        let samples = image.interleaved(maximum: 65535).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        do {
            return try NativeCodecs.png(
                samples: samples, width: image.width, height: image.height, channels: image.channels, bitDepth: 16)
        } catch {
            throw image.encodingError(error, .png)
        }
    }
}

/// Encodes JPEG files: baseline, full colour resolution, optimised tables. Equal images give equal bytes.
public enum JPEGEncoder {
    /// A grey or RGB file. Values are clamped to 0...1 and rounded to 8 bits.
    ///
    /// - Parameter quality: 1...100 on libjpeg's scale; other values are clamped.
    /// - Throws: `outOfMemory`, or `tooLarge` for more than 65,500 pixels per side.
    public static func encode(_ image: PlanarImage, quality: Int) throws(ImagingError) -> [UInt8] {
        try image.checkSides(maximum: 65500, for: .jpeg)
        do {
            return try NativeCodecs.jpeg(
                samples: image.interleavedBytes, width: image.width, height: image.height, channels: image.channels,
                quality: min(max(quality, 1), 100))
        } catch {
            throw image.encodingError(error, .jpeg)
        }
    }
}

extension PlanarImage {
    /// Rows of interleaved 8-bit samples: clamped to 0...1, scaled to 255, halves rounded up; NaN becomes 0.
    fileprivate var interleavedBytes: [UInt8] { interleaved(maximum: 255).map { UInt8($0) } }

    fileprivate func interleaved(maximum: Double) -> [UInt16] {
        let plane = width * height
        var samples = [UInt16](repeating: 0, count: plane * channels)
        for channel in 0..<channels {
            for i in 0..<plane {
                let value = values[channel * plane + i]
                let scaled = value > 0 ? (min(Double(value), 1) * maximum + 0.5).rounded(.down) : 0
                samples[i * channels + channel] = UInt16(scaled)
            }
        }
        return samples
    }

    /// Rejects an image that is too wide or too high for a format.
    fileprivate func checkSides(maximum: Int, for format: ImageFormat) throws(ImagingError) {
        let side = max(width, height)
        guard side <= maximum else {
            throw .tooLarge(name: nameInErrors(format), quantity: .pixelsPerSide, actual: side, limit: maximum)
        }
    }

    fileprivate func encodingError(_ failure: NativeCodecs.Failure, _ format: ImageFormat) -> ImagingError {
        switch failure.kind {
        case .outOfMemory: .outOfMemory(name: nameInErrors(format), byteCount: values.count)
        case .unsupported, .truncated, .damaged: .unsupported(name: nameInErrors(format), feature: failure.message)
        }
    }

    /// The format and size, because an image in memory has no file name.
    private func nameInErrors(_ format: ImageFormat) -> String {
        "\(format.displayName) of \(width) x \(height) pixels"
    }
}
