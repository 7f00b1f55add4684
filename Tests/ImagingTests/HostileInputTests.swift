import Testing

@testable import Imaging

@Suite struct HostileInputTests {
    /// Excludes the file of two pages, whose first page is complete before the second.
    @Test("Truncated images are an error", arguments: Fixture.names.filter { !$0.contains("two-pages") })
    func truncation(name: String) throws {
        let bytes = try Fixture.bytes(name)
        for sixteenth in 0..<16 {
            let part = Array(bytes.prefix(bytes.count * sixteenth / 16))
            #expect(throws: ImagingError.self, "\(sixteenth)/16") {
                try ImageDecoder.decode(bytes: part, name: name)
            }
        }
    }

    @Test(
        "Truncated data is reported as truncated, not damaged",
        arguments: [
            "rgb8.png", "rgb8-interlaced.png", "jpeg-rgb.jpg", "jpeg-rgb-progressive.jpg", "rgb8-le.tif",
            "rgb8-tiles.tif", "rgb8-planar.tif", "float32-le.tif", "grey16-be.tif",
        ])
    func truncationIsNamed(name: String) throws {
        let bytes = try Fixture.bytes(name)
        let part = Array(bytes.prefix(bytes.count * 7 / 8))
        #expect { try ImageDecoder.decode(bytes: part, name: name) } throws: { error in
            guard
                case .truncated(name: name, _, byteCount: part.count, let rows?, let expected?) = error as? ImagingError
            else { return false }
            return rows <= expected && expected == (name.hasPrefix("jpeg") ? 24 : 18)
        }
    }

    @Test(
        "Any flipped bit is an error or decodes, and never crashes",
        arguments: [
            "grey1-interlaced.png", "palette2-transparent.png", "orientation-6.png", "grey1-group4.tif", "rgb8-lzw.tif",
            "grey8-packbits.tif", "orientation-3.tif", "grey1.tif", "palette8-257.tif", "orientation-8.jpg",
            "jpeg-grey-progressive.jpg",
        ])
    func bitFlips(name: String) throws {
        var bytes = try Fixture.bytes(name)
        let limits = DecodeLimits(maximumPixels: 100_000)
        var (failures, decodes) = (0, 0)
        for position in bytes.indices {
            let original = bytes[position]
            for flip: UInt8 in [0x01, 0x80, 0xFF] {
                bytes[position] = original ^ flip
                do {
                    let decoded = try ImageDecoder.decode(bytes: bytes, name: "x", limits: limits)
                    #expect(decoded.image.width == decoded.info.width)
                    decodes += 1
                } catch { failures += 1 }
            }
            bytes[position] = original
        }
        #expect(failures > 0)
        #expect(failures + decodes == 3 * bytes.count)
    }

    @Test("A header with too many pixels is an error before any allocation")
    func bomb() throws {
        var header: [UInt8] = [0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 8, 2, 0, 0, 0]
        let magic: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let limit = DecodeLimits().maximumPixels
        let end = CRC32.chunk("IDAT", [0]) + CRC32.chunk("IEND", [])
        #expect(
            throws: ImagingError.tooLarge(
                name: "bomb.png", quantity: .pixels, actual: 0x7FFF_FFFF * 0x7FFF_FFFF, limit: limit)
        ) { try ImageDecoder.decode(bytes: magic + CRC32.chunk("IHDR", header) + end, name: "bomb.png") }
        header[0] = 0
        header[4] = 0
        #expect(throws: ImagingError.self) {
            try ImageDecoder.probe(bytes: magic + CRC32.chunk("IHDR", header) + end, name: "bomb.png")
        }
    }

    @Test("A TIFF of almost 2^32 pixels per side is too large and does not overflow")
    func overflow() throws {
        var bytes = try Fixture.bytes("grey8-le.tif")
        for tag: UInt8 in [0, 1] {  // 256: width, 257: height
            let entry = try #require(bytes.firstRange(of: [tag, 1, 4, 0, 1, 0, 0, 0])).upperBound
            bytes.replaceSubrange(entry..<(entry + 4), with: [0xF0, 255, 255, 255])
        }
        #expect { try ImageDecoder.decode(bytes: bytes, name: "a.tif") } throws: { error in
            if case .tooLarge(_, .pixels, actual: .max, _) = error as? ImagingError { true } else { false }
        }
    }

    @Test("Whole tiles count towards the pixel limit")
    func hugeTile() throws {
        var bytes = try Fixture.bytes("rgb8-tiles.tif")
        for tag: UInt8 in [66, 67] {  // 322: tile width, 323: tile height
            let entry = try #require(bytes.firstRange(of: [tag, 1, 4, 0, 1, 0, 0, 0])).upperBound
            bytes.replaceSubrange(entry..<(entry + 2), with: [0xF0, 0xFF])
        }
        #expect { try ImageDecoder.decode(bytes: bytes, name: "a.tif") } throws: { error in
            if case .tooLarge(_, .pixels, actual: 0xFFF0 * 0xFFF0, _) = error as? ImagingError { true } else { false }
        }
    }
}
