/// The segments of a JPEG before its image data, and the chunks of a PNG or WebP. A damaged length ends the list.
enum ImageChunks {
    /// Segments with the second byte of their markers, such as 0xE1 for APP1 (ITU-T T.81, B.1.1).
    static func ofJPEG(_ bytes: [UInt8]) -> [(marker: UInt8, content: ArraySlice<UInt8>)] {
        var found: [(marker: UInt8, content: ArraySlice<UInt8>)] = []
        var position = 2
        while position + 4 <= bytes.count {
            let marker = bytes[position + 1]
            // Skips padding before a marker and bytes outside segments, as libjpeg does.
            if bytes[position] != 0xFF || marker == 0xFF || marker == 0 {
                position += 1
                continue
            }
            if marker == 0xDA || marker == 0xD9 { break }
            if marker == 0x01 || (0xD0...0xD7).contains(marker) {  // markers without a segment
                position += 2
                continue
            }
            guard let length = bytes.big(at: position + 2, 2), length >= 2, length <= bytes.count - position - 2
            else { break }
            found.append((marker, bytes[(position + 4)..<(position + 2 + length)]))
            position += 2 + length
        }
        return found
    }

    static func ofPNG(_ bytes: [UInt8]) -> [(name: ArraySlice<UInt8>, content: ArraySlice<UInt8>)] {
        var found: [(name: ArraySlice<UInt8>, content: ArraySlice<UInt8>)] = []
        var position = 8
        while let length = bytes.big(at: position, 4), length <= bytes.count - position - 12 {
            found.append(
                (bytes[(position + 4)..<(position + 8)], bytes[(position + 8)..<(position + 8 + length)]))
            position += 12 + length
        }
        return found
    }

    static func ofWebP(_ bytes: [UInt8]) -> [(name: ArraySlice<UInt8>, content: ArraySlice<UInt8>)] {
        var found: [(name: ArraySlice<UInt8>, content: ArraySlice<UInt8>)] = []
        var position = 12
        while let length = bytes.little(at: position + 4, 4), length <= bytes.count - position - 8 {
            found.append((bytes[position..<(position + 4)], bytes[(position + 8)..<(position + 8 + length)]))
            position += 8 + length + length % 2
        }
        return found
    }
}
