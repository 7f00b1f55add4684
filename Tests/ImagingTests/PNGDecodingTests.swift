import Testing

@testable import Imaging

@Suite struct PNGDecodingTests {
    @Test("Grey PNG of any bit depth decodes to samples divided by their maximum", arguments: [1, 2, 4, 8, 16])
    func grey(bits: Int) throws {
        let decoded = try Fixture.decode("grey\(bits).png")
        #expect(decoded.image == Pattern.image(channels: 1, bits: bits))
        #expect(
            decoded.info
                == ImageInfo(
                    format: .png, width: 21, height: 18, bitDepth: bits, isFloat: false, colour: .grey, hasAlpha: false,
                    isAlphaUsed: false, orientation: 1))
    }

    @Test("RGB PNG of 8 and 16 bits decodes exactly", arguments: [8, 16])
    func rgb(bits: Int) throws {
        let decoded = try Fixture.decode("rgb\(bits).png")
        #expect(decoded.image == Pattern.image(channels: 3, bits: bits))
        #expect(decoded.info.colour == .rgb)
        #expect(decoded.info.bitDepth == bits)
    }

    @Test("Alpha is composited over black", arguments: [("greyalpha", 1), ("rgba", 3)], [8, 16])
    func alpha(kind: (name: String, channels: Int), bits: Int) throws {
        let decoded = try Fixture.decode("\(kind.name)\(bits).png")
        #expect(decoded.image == Pattern.image(channels: kind.channels, bits: bits, alpha: true))
        #expect(decoded.info.hasAlpha)
        #expect(decoded.info.isAlphaUsed)
    }

    @Test("Palettes become RGB with transparency", arguments: [1, 2, 4, 8], [false, true])
    func palette(bits: Int, transparent: Bool) throws {
        let decoded = try Fixture.decode("palette\(bits)\(transparent ? "-transparent" : "").png")
        #expect(decoded.image == Pattern.palette(bits: bits, transparent: transparent))
        #expect(decoded.info.colour == .palette)
        #expect(decoded.info.bitDepth == bits)
        #expect(decoded.info.hasAlpha == transparent)
        #expect(decoded.info.isAlphaUsed == transparent)
    }

    @Test("A transparent colour becomes black", arguments: [("grey", 1), ("rgb", 3)], [8, 16])
    func transparentColour(kind: (name: String, channels: Int), bits: Int) throws {
        let decoded = try Fixture.decode("\(kind.name)\(bits)-transparent.png")
        let opaque = Pattern.image(channels: kind.channels, bits: bits)
        // The transparent colour is the colour of the first pixel. All pixels of that colour become black.
        let expected = Pattern.image(channels: kind.channels) { x, y, channel in
            let isTransparent = (0..<kind.channels).allSatisfy {
                Pattern.sample(x, y, $0, bits: bits) == Pattern.sample(0, 0, $0, bits: bits)
            }
            return isTransparent ? 0 : opaque.values[(channel * Pattern.height + y) * Pattern.width + x]
        }
        #expect(decoded.image == expected)
        #expect(decoded.info.isAlphaUsed)
    }

    @Test("An index beyond the palette is an error", arguments: [1, 2, 4, 8] as [UInt8])
    func beyondPalette(depth: UInt8) throws {
        func file(_ index: UInt8, transparency: [UInt8] = []) -> [UInt8] {
            RawPNG.bytes(
                colour: 3, depth: depth, rows: [[index << (8 - depth)]], width: 1, palette: [9, 8, 7],
                transparency: transparency)
        }
        #expect(
            try ImageDecoder.decode(bytes: file(0), name: "a.png").image.values == [9, 8, 7].map { $0 / 255 as Float })
        for transparency in [[], [128]] as [[UInt8]] {
            let bytes = file(1, transparency: transparency)
            #expect(
                throws: ImagingError.damaged(
                    name: "a.png", format: .png, byteCount: bytes.count,
                    reason: "a pixel has palette index 1, but the palette ends at 0")
            ) { try ImageDecoder.decode(bytes: bytes, name: "a.png") }
            #expect(throws: ImagingError.self) { try Mask.decode(bytes: bytes, name: "a.png") }
        }
    }

    @Test("Interlaced PNG decodes like plain PNG")
    func interlaced() throws {
        #expect(try Fixture.decode("grey1-interlaced.png").image == Pattern.image(channels: 1, bits: 1))
        #expect(try Fixture.decode("rgb8-interlaced.png").image == Pattern.image(channels: 3, bits: 8))
        #expect(
            try Fixture.decode("rgba16-interlaced.png").image == Pattern.image(channels: 3, bits: 16, alpha: true))
    }

    @Test("An opaque alpha channel is present but not used")
    func opaqueAlpha() throws {
        // Replaces the transparent colour with one that no pixel has, and updates the chunk's checksum.
        var bytes = try Fixture.bytes("rgb16-transparent.png")
        let chunk = try #require(bytes.firstRange(of: Array("tRNS".utf8)))
        bytes.replaceSubrange(chunk.upperBound..<(chunk.upperBound + 6), with: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
        let checksum = CRC32.of(bytes[chunk.lowerBound..<(chunk.upperBound + 6)])
        bytes.replaceSubrange((chunk.upperBound + 6)..<(chunk.upperBound + 10), with: checksum)
        let decoded = try ImageDecoder.decode(bytes: bytes, name: "a.png")
        #expect(decoded.image == Pattern.image(channels: 3, bits: 16))
        #expect(decoded.info.hasAlpha)
        #expect(!decoded.info.isAlphaUsed)
    }

    @Test("A wrong checksum of pixels or transparency is damage", arguments: ["IDAT", "tRNS"])
    func checksum(chunk: String) throws {
        var bytes = try Fixture.bytes("palette8-transparent.png")
        let start = try #require(bytes.firstRange(of: Array(chunk.utf8))).upperBound
        bytes[start + 5] ^= 0x10
        #expect { try ImageDecoder.decode(bytes: bytes, name: "a.png") } throws: { error in
            guard
                case .damaged(name: "a.png", format: .png, byteCount: bytes.count, let reason) = error as? ImagingError
            else { return false }
            return !reason.isEmpty
        }
    }
}
