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
            "rgb8-tiles.tif", "rgb8-planar.tif", "float32-le.tif", "grey16-be.tif", "rgb24.bmp", "palette8-runs.bmp",
            "rgb8.ppm", "rgb8-text.ppm",
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
        "Truncated data of formats that do not count rows is reported as truncated",
        arguments: ["rgb8.webp", "webp-lossy.webp", "rgb8.jp2", "rgb8.j2k", "rgb8-tiles.jp2"])
    func truncationWithoutRows(name: String) throws {
        let bytes = try Fixture.bytes(name)
        for eighth in 4..<8 {
            let part = Array(bytes.prefix(bytes.count * eighth / 8))
            #expect { try ImageDecoder.decode(bytes: part, name: name) } throws: { error in
                if case .truncated(name: name, _, part.count, nil, nil) = error as? ImagingError { true } else { false }
            }
        }
    }

    @Test(
        "Headers of a few bytes that claim too much are refused",
        arguments: [
            ("P5 99999 99999 255 ", "pixels"), ("P5 9999999999 1 255 ", "9 digits"), ("P6 2 2 70000 ", "70000"),
            ("P5 0 4 255 ", "0 x 4"), ("P2 2 1 9 3 11 ", "11"), ("P1 2 1 12", "neither"), ("P5 x", "not a number"),
        ])
    func hostileText(text: String, words: String) {
        #expect {
            try ImageDecoder.decode(bytes: Array(text.utf8), name: "a.pnm")
        } throws: { "\($0)".contains(words) }
    }

    /// The bytes of a fixture with some replaced.
    private func changed(_ name: String, _ changes: [(position: Int, bytes: [UInt8])]) throws -> [UInt8] {
        var bytes = try Fixture.bytes(name)
        for change in changes {
            bytes.replaceSubrange(change.position..<(change.position + change.bytes.count), with: change.bytes)
        }
        return bytes
    }

    @Test(
        "Bitmaps with contradictory headers are refused",
        arguments: [
            ("rgb24.bmp", 10, [3, 0, 0, 0], "inside the header"), ("rgb24.bmp", 14, [41, 0, 0, 0], "header of 41"),
            ("rgb24.bmp", 18, [0, 0, 0, 0], "0 x 18"), ("rgb24.bmp", 22, [0, 0, 0, 0x80], "pixels, at most"),
            ("rgb24.bmp", 28, [23, 0], "23 bits"), ("rgb24.bmp", 30, [5, 0, 0, 0], "compression 5"),
            ("rgb16-565.bmp", 54, [0, 0, 0, 0], "bit mask 0"), ("rgb16-565.bmp", 54, [5, 0, 0, 0], "bit mask 5"),
            ("rgb16-565.bmp", 54, [0, 0, 1, 0], "bit mask 10000"), ("palette8.bmp", 46, [3, 0, 0, 0], "ends at 2"),
            ("palette8-runs.bmp", 1078, [255, 0], "leaves row 0"), ("palette8.bmp", 10, [54, 0, 0, 0], "palette"),
        ] as [(String, Int, [UInt8], String)])
    func hostileBitmaps(name: String, position: Int, bytes: [UInt8], words: String) throws {
        let hostile = try changed(name, [(position, bytes)])
        #expect {
            try ImageDecoder.decode(bytes: hostile, name: name)
        } throws: { "\($0)".contains(words) }
    }

    @Test("JPEG 2000 whose counts claim far more than its bytes are refused before OpenJPEG reads them")
    func hostileJPEG2000() throws {
        let bytes = try Fixture.bytes("rgb8.j2k")
        let coding = try #require(bytes.firstRange(of: [0xFF, 0x52])).lowerBound
        let cases: [(position: Int, bytes: [UInt8], words: String)] = [
            (8, [0x7F, 0xFF, 0xFF, 0xFF], "ends early"),  // width, and with it the number of tiles
            (24, [0, 0, 0, 1], "ends early"),  // width of tiles
            (40, [0x40, 0], "16384 colour components"),
            (42, [0x87], "different"), (43, [2], "different"),
            (coding + 6, [0xFF, 0xFF], "1 tiles in"),  // layers
            (coding + 9, [33], "blocks of fewer"),  // levels
            (coding + 10, [0, 0], "blocks of fewer"),
        ]
        for (position, replacement, words) in cases {
            let hostile = try changed("rgb8.j2k", [(position, replacement)])
            #expect("\(words) at \(position)") {
                try ImageDecoder.decode(bytes: hostile, name: "a.j2k")
            } throws: { "\($0)".contains(words) }
        }
    }

    @Test("JPEG 2000 with other samples, or with sides near 2^32, is refused", arguments: ["grey12.jp2", "grey8.jp2"])
    func hostileSamples(name: String) throws {
        let start = try #require(try Fixture.bytes(name).firstRange(of: [0xFF, 0x51])).lowerBound
        let far = [UInt8](repeating: 0xFF, count: 4)
        for (changes, words) in [
            ([(start + 40, [37])], "38 bits"), ([(start + 40, [0xFF])], "signed"),
            ([(start + 6, far), (start + 10, far)], "ends early"),
            ([(start + 6, far), (start + 10, far), (start + 22, far), (start + 26, far)], "pixels, at most"),
        ] as [([(Int, [UInt8])], String)] {
            let hostile = try changed(name, changes.map { (position: $0.0, bytes: $0.1) })
            #expect("\(words)") {
                try ImageDecoder.decode(bytes: hostile, name: "a.jp2")
            } throws: { "\($0)".contains(words) }
        }
    }

    @Test(
        "Any flipped bit is an error or decodes, and never crashes",
        arguments: [
            "grey1-interlaced.png", "palette2-transparent.png", "orientation-6.png", "grey1-group4.tif", "rgb8-lzw.tif",
            "grey8-packbits.tif", "orientation-3.tif", "grey1.tif", "palette8-257.tif", "orientation-8.jpg",
            "jpeg-grey-progressive.jpg", "palette4-runs.bmp", "rgb16-565.bmp", "palette1.bmp", "grey1-text.pbm",
            "grey12.pgm", "webp-lossy.webp", "orientation-6.webp", "grey12.jp2",
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
