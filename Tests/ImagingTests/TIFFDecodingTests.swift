import Testing

@testable import Imaging

@Suite struct TIFFDecodingTests {
    @Test(
        "RGB TIFF decodes exactly in any layout, byte order and compression",
        arguments: ["le", "be", "planar", "tiles", "tiles-planar", "lzw", "deflate", "deflate-tiles"], [8, 16])
    func rgb(kind: String, bits: Int) throws {
        let decoded = try Fixture.decode("rgb\(bits)-\(kind).tif")
        #expect(decoded.image == Pattern.image(channels: 3, bits: bits))
        #expect(
            decoded.info
                == ImageInfo(
                    format: .tiff, width: 21, height: 18, bitDepth: bits, isFloat: false, colour: .rgb, hasAlpha: false,
                    isAlphaUsed: false, orientation: 1))
    }

    @Test("Grey TIFF decodes exactly", arguments: ["le", "be", "packbits", "zstd", "lzma"], [8, 16])
    func grey(kind: String, bits: Int) throws {
        let decoded = try Fixture.decode("grey\(bits)-\(kind).tif")
        #expect(decoded.image == Pattern.image(channels: 1, bits: bits))
        #expect(decoded.info.colour == .grey)
    }

    @Test("Bilevel TIFF decodes to 0 and 1", arguments: ["grey1.tif", "grey1-group4.tif"])
    func bilevel(name: String) throws {
        let decoded = try Fixture.decode(name)
        #expect(decoded.image == Pattern.image(channels: 1, bits: 1))
        #expect(decoded.info.bitDepth == 1)
    }

    @Test("BigTIFF decodes")
    func big() throws {
        #expect(try Fixture.decode("grey8-big.tif").image == Pattern.image(channels: 1, bits: 8))
    }

    @Test("Grey in which 0 is white is inverted", arguments: [8, 16])
    func minIsWhite(bits: Int) throws {
        var expected = Pattern.image(channels: 1, bits: bits)
        expected.values = expected.values.map { 1 - $0 }
        #expect(try Fixture.decode("grey\(bits)-miniswhite.tif").image == expected)
    }

    @Test("Palettes with multiples of 256 or 257 become RGB", arguments: [256, 257])
    func palette(scale: Int) throws {
        let decoded = try Fixture.decode("palette8-\(scale).tif")
        #expect(decoded.image == Pattern.palette(bits: 8, transparent: false))
        #expect(decoded.info.colour == .palette)
    }

    @Test("Palettes with non-standard 8-bit entries and with full 16-bit entries are read")
    func oddPalettes() throws {
        let bytes = try Fixture.bytes("palette8-257.tif")
        func number(_ position: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
        }
        let directory = number(4, 4)
        let entry = try #require(
            (0..<number(directory, 2)).map { directory + 2 + 12 * $0 }.first { number($0, 2) == 320 })
        let start = number(entry + 8, 4)
        var narrow = bytes
        for index in 0..<768 { narrow[start + 2 * index + 1] = 0 }
        #expect(
            try ImageDecoder.decode(bytes: narrow, name: "a.tif").image == Pattern.palette(bits: 8, transparent: false))
        var wide = bytes
        for index in 0..<768 { wide[start + 2 * index] = UInt8(truncatingIfNeeded: index * 7) }
        let image = try ImageDecoder.decode(bytes: wide, name: "a.tif").image
        let index = Pattern.sample(3, 2, 0, bits: 8)
        #expect(
            image.values[2 * Pattern.width + 3] == Float(number(start + 2 * index + 1, 1) << 8 | index * 7 & 255)
                / 65535)
    }

    @Test(
        "Unassociated alpha is composited over black",
        arguments: [("rgba", "", 3), ("rgba", "-planar", 3), ("greyalpha", "", 1)], [8, 16])
    func alpha(kind: (name: String, suffix: String, channels: Int), bits: Int) throws {
        let decoded = try Fixture.decode("\(kind.name)\(bits)\(kind.suffix).tif")
        #expect(decoded.image == Pattern.image(channels: kind.channels, bits: bits, alpha: true))
        #expect(decoded.info.hasAlpha)
        #expect(decoded.info.isAlphaUsed)
    }

    @Test("Premultiplied colours are unchanged", arguments: [8, 16])
    func associatedAlpha(bits: Int) throws {
        let decoded = try Fixture.decode("rgb\(bits)-associated.tif")
        #expect(decoded.image == Pattern.image(channels: 3, bits: bits))
        #expect(decoded.info.isAlphaUsed)
    }

    @Test("A fourth sample that is not declared as alpha is ignored", arguments: [8, 16])
    func unspecifiedSample(bits: Int) throws {
        let decoded = try Fixture.decode("rgbx\(bits).tif")
        #expect(decoded.image == Pattern.image(channels: 3, bits: bits))
        #expect(!decoded.info.hasAlpha)
    }

    @Test("Floating-point TIFF keeps its values", arguments: [16, 32, 64], ["le", "be"])
    func float(bits: Int, order: String) throws {
        let decoded = try Fixture.decode("float\(bits)-\(order).tif")
        expectFloats(decoded.image)
        #expect(decoded.info.isFloat)
        #expect(decoded.info.bitDepth == bits)
    }

    @Test("Compressed floating-point TIFF with a predictor keeps its values")
    func floatWithPredictor() throws {
        expectFloats(try Fixture.decode("float32-predictor.tif").image)
        let colours = try Fixture.decode("rgb-float32-tiles.tif").image
        #expect(
            colours
                == Pattern.image(channels: 3) { x, y, channel in
                    Float(Pattern.sample(x, y, channel, bits: 10) - 300) / 8
                })
    }

    /// Compares bit patterns, because NaN differs from itself.
    private func expectFloats(_ image: PlanarImage) {
        var expected = Pattern.image(channels: 1) { x, y, _ in Float(Pattern.sample(x, y, 0, bits: 10) - 300) / 8 }
        expected.values.replaceSubrange(1...3, with: [.nan, .infinity, 0x1p-24])
        #expect(image.values.map(\.bitPattern) == expected.values.map(\.bitPattern))
    }

    @Test("The first of several pages is read")
    func pages() throws {
        #expect(try Fixture.decode("grey8-two-pages.tif").image == Pattern.image(channels: 1, bits: 8))
    }

    @Test(
        "Unsupported features are named",
        arguments: [
            ("unsupported-int8.tif", "sample format"), ("unsupported-int16.tif", "sample format"),
            ("unsupported-uint32.tif", "bits: 32"), ("unsupported-complex64.tif", "sample format"),
            ("unsupported-five-samples.tif", "samples per pixel: 5"), ("unsupported-cmyk.tif", "CMYK"),
            ("unsupported-lab.tif", "photometric interpretation 8"), ("unsupported-cmyk.jpg", "CMYK"),
        ])
    func unsupported(name: String, feature: String) throws {
        let path = Fixture.path(name)
        #expect { try ImageDecoder.decode(path: path) } throws: { error in
            guard case .unsupported(name: path, feature: let text) = error as? ImagingError else { return false }
            return text.contains(feature)
        }
        #expect(throws: ImagingError.self) { try ImageDecoder.probe(path: path) }
    }
}
