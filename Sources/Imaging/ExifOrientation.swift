/// Finds the orientation in the EXIF data of a JPEG or PNG. EXIF that is missing or makes no sense means upright: a fault
/// in it does not touch the pixels. TIFF carries the same tag in its own directory.
enum ExifOrientation {
    static func find(in bytes: [UInt8], format: ImageFormat) -> Orientation {
        let block =
            switch format {
            case .jpeg: jpegBlock(bytes)
            case .png: pngBlock(bytes)
            case .tiff: nil as ArraySlice<UInt8>?
            }
        return Orientation(code: block.flatMap(orientationTag) ?? 1)
    }

    /// The EXIF of a JPEG: the first APP1 segment that begins with "Exif", before the image data.
    private static func jpegBlock(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        var position = 2
        while position + 4 <= bytes.count {
            let marker = bytes[position + 1]
            // Padding before a marker, and what libjpeg skips as well: bytes that belong to no segment.
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

    /// The EXIF of a PNG: its eXIf chunk, before or after the image data.
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

    /// Tag 274 of the first directory in EXIF data, which is laid out as a TIFF.
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
