import Folders

/// The bytes of an image file. They are validated step by step: size, magic number, header, pixels.
struct EncodedImage {
    let bytes: [UInt8]
    let name: String
    /// True if an extension of another format is an error.
    var checksExtension = true

    /// The upright image.
    func image(_ limits: DecodeLimits) throws(ImagingError) -> DecodedImage {
        let (header, pixels, info) = try decoded(limits, as: .colours)
        let stored = PlanarImage(
            width: header.width, height: header.height, channels: header.channels, values: pixels.values)
        return DecodedImage(image: Orientation(code: info.orientation).upright(stored), info: info)
    }

    /// The properties of the image, without decoding pixels.
    func info(_ limits: DecodeLimits) throws(ImagingError) -> ImageInfo {
        let format = try format(limits)
        return info(format, try header(format, limits))
    }

    /// The stored pixels and the properties of the image.
    func decoded(
        _ limits: DecodeLimits, as rendition: NativeCodecs.Rendition
    ) throws(ImagingError) -> (header: NativeCodecs.Header, pixels: NativeCodecs.Pixels, info: ImageInfo) {
        let format = try format(limits)
        let header = try header(format, limits)
        let planes = rendition == .samples ? header.sampleCount : header.channels
        let byteCount = header.decodedByteCount(planes: planes)
        guard NativeCodecs.canAllocate(byteCount: byteCount) else {
            throw .outOfMemory(name: name, byteCount: byteCount)
        }
        do {
            let pixels = try format.pixels(of: bytes, header: header, as: rendition)
            return (header, pixels, info(format, header, pixels))
        } catch {
            throw self.error(error, format, expectedRows: header.height, neededBytes: byteCount)
        }
    }

    private func format(_ limits: DecodeLimits) throws(ImagingError) -> ImageFormat {
        guard !bytes.isEmpty else { throw .empty(name: name) }
        guard bytes.count <= limits.maximumFileBytes else {
            throw .tooLarge(name: name, quantity: .bytes, actual: bytes.count, limit: limits.maximumFileBytes)
        }
        guard let format = ImageFormat(magicOf: bytes) else {
            if ImageFormat.isHEIF(bytes) { throw .unsupported(name: name, feature: "HEIF or AVIF") }
            throw .unknownFormat(name: name, firstBytes: Array(bytes.prefix(8)), byteCount: bytes.count)
        }
        if checksExtension { try format.check(extensionOf: name) }
        return format
    }

    private func header(_ format: ImageFormat, _ limits: DecodeLimits) throws(ImagingError) -> NativeCodecs.Header {
        let header: NativeCodecs.Header
        do {
            header = try format.header(of: bytes)
        } catch {
            throw self.error(error, format, expectedRows: nil, neededBytes: bytes.count)
        }
        // Tiles are decoded whole and can extend far beyond the image.
        let pixels = max(header.pixelCount, header.codedPixels)
        guard pixels <= limits.maximumPixels else {
            throw .tooLarge(name: name, quantity: .pixels, actual: pixels, limit: limits.maximumPixels)
        }
        return header
    }

    /// - Parameter pixels: the decoded pixels, if any.
    private func info(
        _ format: ImageFormat, _ header: NativeCodecs.Header, _ pixels: NativeCodecs.Pixels? = nil
    ) -> ImageInfo {
        let orientation =
            format == .tiff ? header.orientation : ExifOrientation.find(in: bytes, format: format)
        return ImageInfo(
            format: format, width: orientation.swapsAxes ? header.height : header.width,
            height: orientation.swapsAxes ? header.width : header.height, bitDepth: header.bitDepth,
            isFloat: header.isFloat, colour: header.colour, hasAlpha: header.hasAlpha,
            isAlphaUsed: pixels?.isAlphaUsed ?? false, orientation: orientation.code,
            strayBytes: pixels?.strayBytes ?? 0,
            statesRange: format == .pnm && header.bitDepth == 16 && header.largestSample != 65535)
    }

    private func error(
        _ failure: NativeCodecs.Failure, _ format: ImageFormat, expectedRows: Int?, neededBytes: Int
    ) -> ImagingError {
        switch failure.kind {
        case .truncated:
            let isCounted = failure.decodedRows != nil && expectedRows != nil
            return .truncated(
                name: name, format: format, byteCount: bytes.count, decodedRows: isCounted ? failure.decodedRows : nil,
                expectedRows: isCounted ? expectedRows : nil)
        case .damaged:
            return .damaged(name: name, format: format, byteCount: bytes.count, reason: failure.message)
        case .unsupported: return .unsupported(name: name, feature: failure.message)
        case .outOfMemory: return .outOfMemory(name: name, byteCount: neededBytes)
        }
    }
}

extension ImageFormat {
    fileprivate func header(of bytes: [UInt8]) throws(NativeCodecs.Failure) -> NativeCodecs.Header {
        switch self {
        case .png, .tiff, .jpeg, .webp: try NativeCodecs.header(of: bytes, format: self)
        case .jpeg2000: try JPEG2000File(bytes).header
        case .bmp: try BitmapFile(bytes).header
        case .pnm: try NetpbmFile(bytes).header
        }
    }

    fileprivate func pixels(
        of bytes: [UInt8], header: NativeCodecs.Header, as rendition: NativeCodecs.Rendition
    ) throws(NativeCodecs.Failure) -> NativeCodecs.Pixels {
        switch self {
        case .png, .tiff, .jpeg, .webp, .jpeg2000:
            try NativeCodecs.pixels(of: bytes, format: self, header: header, as: rendition)
        case .bmp: try BitmapFile(bytes).pixels(as: rendition)
        case .pnm: try NetpbmFile(bytes).pixels()
        }
    }
}

extension EncodedImage {
    /// Reads a regular file.
    ///
    /// - Throws: `unreadable`, `empty`, or `tooLarge`, which is checked before reading.
    init(path: String, _ limits: DecodeLimits) throws(ImagingError) {
        func reading<Value>(_ body: () throws(RegularFile.Fault) -> Value) throws(ImagingError) -> Value {
            do { return try body() } catch { throw .unreadable(name: path, reason: "\(error)") }
        }
        let file = try reading { () throws(RegularFile.Fault) in try RegularFile(path) }
        guard file.sizeBytes > 0 else { throw .empty(name: path) }
        guard file.sizeBytes <= limits.maximumFileBytes else {
            throw .tooLarge(name: path, quantity: .bytes, actual: file.sizeBytes, limit: limits.maximumFileBytes)
        }
        self.init(
            bytes: try reading { () throws(RegularFile.Fault) in try file.read(file.sizeBytes) }, name: path)
    }
}
