/// The orientation of a stored raster, numbered as in EXIF and TIFF (tag 274, 1...8).
struct Orientation: Equatable {
    let code: Int

    /// Codes outside 1...8 count as upright.
    init(code: Int) { self.code = (1...8).contains(code) ? code : 1 }

    /// True if rows of the raster are columns of the upright image.
    var swapsAxes: Bool { code >= 5 }

    /// Applies the orientation to a stored raster.
    func upright(_ stored: PlanarImage) -> PlanarImage {
        if code == 1 { return stored }
        let (width, height) = (stored.width, stored.height)
        let (right, down) = (1, width)
        let lastColumn = width - 1
        let lastRow = (height - 1) * width
        // The index of the upright image's first pixel in the raster, and the steps to the next column and row.
        let (origin, columnStep, rowStep) =
            switch code {
            case 2: (lastColumn, -right, down)
            case 3: (lastRow + lastColumn, -right, -down)
            case 4: (lastRow, right, -down)
            case 5: (0, down, right)
            case 6: (lastRow, -down, right)
            case 7: (lastRow + lastColumn, -down, -right)
            default: (lastColumn, down, -right)
            }
        let (uprightWidth, uprightHeight) = swapsAxes ? (height, width) : (width, height)
        let values = unsafe [Float](unsafeUninitializedCapacity: stored.values.count) { buffer, count in
            let source = stored.values.span
            for channel in 0..<stored.channels {
                for y in 0..<uprightHeight {
                    var position = channel * width * height + origin + y * rowStep
                    for _ in 0..<uprightWidth {
                        unsafe buffer.initializeElement(at: count, to: source[position])
                        position += columnStep
                        count += 1
                    }
                }
            }
        }
        return PlanarImage(width: uprightWidth, height: uprightHeight, channels: stored.channels, values: values)
    }
}

/// Finds the orientation in the EXIF data of a JPEG, PNG or WebP. Missing or invalid EXIF counts as upright, because it
/// does not affect the pixels. TIFF stores the same tag in its directory.
enum ExifOrientation {
    static func find(in bytes: [UInt8], format: ImageFormat) -> Orientation {
        let block =
            switch format {
            case .jpeg: jpegBlock(bytes)
            case .png: pngBlock(bytes)
            case .webp: webPBlock(bytes)
            case .tiff, .bmp, .pnm, .jpeg2000: nil as ArraySlice<UInt8>?
            }
        return Orientation(code: block.flatMap(orientationTag) ?? 1)
    }

    /// The EXIF data of a JPEG: the first APP1 segment before the image data that starts with "Exif".
    private static func jpegBlock(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        var position = 2
        while position + 4 <= bytes.count {
            let marker = bytes[position + 1]
            // Skips padding before a marker and bytes outside segments, as libjpeg does.
            if bytes[position] != 0xFF || marker == 0xFF || marker == 0 {
                position += 1
                continue
            }
            if marker == 0xDA || marker == 0xD9 { return nil }
            if marker == 0x01 || (0xD0...0xD7).contains(marker) {  // markers without a segment
                position += 2
                continue
            }
            let end = position + 2 + Int(bytes[position + 2]) << 8 + Int(bytes[position + 3])
            guard end >= position + 4, end <= bytes.count else { return nil }
            let payload = bytes[(position + 4)..<end]
            if marker == 0xE1, payload.starts(with: [0x45, 0x78, 0x69, 0x66, 0, 0]) { return payload.dropFirst(6) }
            position = end
        }
        return nil
    }

    /// The EXIF data of a PNG: its eXIf chunk, before or after the image data.
    private static func pngBlock(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        var position = 8
        while position + 12 <= bytes.count {
            let length = bytes[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) }
            guard length <= bytes.count - position - 12 else { return nil }
            let payload = bytes[(position + 8)..<(position + 8 + length)]
            if bytes[(position + 4)..<(position + 8)].elementsEqual([0x65, 0x58, 0x49, 0x66]) { return payload }
            position += 12 + length
        }
        return nil
    }

    /// The EXIF data of a WebP: its EXIF chunk, which some programs begin as in JPEG.
    private static func webPBlock(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        var position = 12
        while let length = bytes.little(at: position + 4, 4), length <= bytes.count - position - 8 {
            let payload = bytes[(position + 8)..<(position + 8 + length)]
            if bytes[position..<(position + 4)].elementsEqual("EXIF".utf8) {
                return payload.starts(with: [0x45, 0x78, 0x69, 0x66, 0, 0]) ? payload.dropFirst(6) : payload
            }
            position += 8 + length + length % 2
        }
        return nil
    }

    /// Tag 274 of the first directory in EXIF data, which has the layout of a TIFF.
    private static func orientationTag(_ slice: ArraySlice<UInt8>) -> Int? {
        let exif = Array(slice)
        guard exif.count >= 8, exif[0] == exif[1], exif[0] == 0x49 || exif[0] == 0x4D else { return nil }
        let isLittleEndian = exif[0] == 0x49
        func number(at position: Int, bytes: Int) -> Int? {
            guard position <= exif.count - bytes else { return nil }
            let field = exif[position..<(position + bytes)]
            return isLittleEndian
                ? field.reversed().reduce(0) { $0 << 8 | Int($1) } : field.reduce(0) { $0 << 8 | Int($1) }
        }
        guard number(at: 2, bytes: 2) == 42, let directory = number(at: 4, bytes: 4),
            let entries = number(at: directory, bytes: 2)
        else { return nil }
        for entry in 0..<entries {
            let position = directory + 2 + 12 * entry
            guard let tag = number(at: position, bytes: 2) else { return nil }
            if tag == 274 {
                guard number(at: position + 2, bytes: 2) == 3 else { return nil }  // 3: SHORT
                return number(at: position + 8, bytes: 2)
            }
        }
        return nil
    }
}
