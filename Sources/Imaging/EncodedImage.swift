/// The bytes of an image file, checked in the order in which trust in them grows: size, magic number, header.
struct EncodedImage {
    let bytes: [UInt8]
    let name: String

    func format(_ limits: DecodeLimits) throws(ImagingError) -> ImageFormat {
        guard !bytes.isEmpty else { throw .empty(name: name) }
        guard bytes.count <= limits.maximumFileBytes else {
            throw .tooLarge(name: name, quantity: .bytes, actual: bytes.count, limit: limits.maximumFileBytes)
        }
        guard let format = ImageFormat(magicOf: bytes) else {
            throw .unknownFormat(name: name, firstBytes: Array(bytes.prefix(8)), byteCount: bytes.count)
        }
        if let labelled = ImageFormat(extensionOf: name), labelled != format {
            throw .mislabelled(name: name, labelled: labelled, actual: format)
        }
        return format
    }

    func header(_ format: ImageFormat, _ limits: DecodeLimits) throws(ImagingError) -> NativeCodecs.Header {
        let header: NativeCodecs.Header
        do {
            header = try NativeCodecs.header(of: bytes, format: format)
        } catch {
            throw self.error(error, format, expectedRows: nil, neededBytes: bytes.count)
        }
        // Tiles may stand out of the image, each by nearly all of its size, and are decoded as a whole.
        let pixels = max(header.pixelCount, header.codedPixels)
        guard pixels <= limits.maximumPixels else {
            throw .tooLarge(name: name, quantity: .pixels, actual: pixels, limit: limits.maximumPixels)
        }
        return header
    }

    func orientation(_ format: ImageFormat, _ header: NativeCodecs.Header) -> Orientation {
        format == .tiff ? header.orientation : ExifOrientation.find(in: bytes, format: format)
    }

    func error(
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
