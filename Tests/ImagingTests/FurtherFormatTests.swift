import Testing

@testable import Imaging

/// BMP, PNM, WebP and JPEG 2000. Pillow, OpenCV and imagecodecs read the same pixels (Fixtures/make_fixtures.py).
@Suite struct FurtherFormatTests {
    @Test(
        "RGB files of each format decode exactly",
        arguments: [
            ("rgb24.bmp", 8), ("rgb24-top-down.bmp", 8), ("rgb24-core.bmp", 8), ("rgb24-v5.bmp", 8), ("rgbx32.bmp", 8),
            ("rgb16-555.bmp", 5), ("rgb32-101010.bmp", 10), ("rgb8.ppm", 8), ("rgb8-text.ppm", 8), ("rgb16.ppm", 16),
            ("rgb8.webp", 8), ("rgb8.jp2", 8), ("rgb8.j2k", 8), ("rgb8-tiles.jp2", 8), ("rgb12.jp2", 12),
            ("rgb16.jp2", 16),
        ])
    func rgb(name: String, bits: Int) throws {
        let decoded = try Fixture.decode(name)
        #expect(decoded.image == Pattern.image(channels: 3, bits: bits))
        let format = try #require(ImageFormat(extensionOf: name))
        #expect(
            decoded.info
                == ImageInfo(
                    format: format, width: 21, height: 18, bitDepth: bits, isFloat: false, colour: .rgb,
                    hasAlpha: false, isAlphaUsed: false, orientation: 1))
    }

    @Test(
        "Grey files of each format decode exactly",
        arguments: [
            ("grey1.bmp", 1), ("grey4.bmp", 4), ("grey8.bmp", 8), ("grey1.pbm", 1), ("grey1-text.pbm", 1),
            ("grey8.pgm", 8), ("grey8-text.pgm", 8), ("grey12.pgm", 12), ("grey16.pgm", 16), ("grey8.jp2", 8),
            ("grey12.jp2", 12), ("grey16.jp2", 16),
        ])
    func grey(name: String, bits: Int) throws {
        let decoded = try Fixture.decode(name)
        #expect(decoded.image == Pattern.image(channels: 1, bits: bits))
        #expect(decoded.info.bitDepth == bits)
        #expect(decoded.info.colour == .grey)
    }

    @Test("Bit fields of different widths are scaled each by its own")
    func unequalFields() throws {
        let decoded = try Fixture.decode("rgb16-565.bmp")
        #expect(
            decoded.image
                == Pattern.image(channels: 3) { x, y, channel in
                    let bits = channel == 1 ? 6 : 5
                    return Pattern.scaled(Pattern.sample(x, y, channel, bits: bits), bits: bits)
                })
        #expect(decoded.info.bitDepth == 6)
    }

    @Test("Alpha is composited over black", arguments: ["rgba32-v4.bmp", "rgba8.webp", "rgba8.jp2"])
    func alpha(name: String) throws {
        let decoded = try Fixture.decode(name)
        #expect(decoded.image == Pattern.image(channels: 3, bits: 8, alpha: true))
        #expect(decoded.info.hasAlpha)
        #expect(decoded.info.isAlphaUsed)
    }

    @Test(
        "Palettes of bitmaps become RGB",
        arguments: [("palette1.bmp", 1), ("palette4.bmp", 4), ("palette8.bmp", 8), ("palette8-core.bmp", 8)])
    func palette(name: String, bits: Int) throws {
        let decoded = try Fixture.decode(name)
        #expect(decoded.image == Pattern.palette(bits: bits, transparent: false))
        #expect(decoded.info.colour == .palette)
    }

    @Test(
        "Run lengths and lossy files decode to the pixels of Pillow",
        arguments: ["palette4-runs.bmp", "palette8-runs.bmp", "webp-lossy.webp", "jpeg2000-lossy.jp2"])
    func byPillow(name: String) throws {
        let expected = try Fixture.decode(name.prefix { $0 != "." } + "-expected.png")
        #expect(try Fixture.decode(name).image == expected.image)
    }

    @Test(
        "Unsupported features are named",
        arguments: [
            ("unsupported-jpeg.bmp", "BMP compression 4 with 24 bits per pixel"),
            ("unsupported-animation.webp", "animated WebP"),
            ("unsupported-cmyk.jp2", "CMYK colour"),
        ])
    func unsupported(name: String, feature: String) throws {
        #expect { try Fixture.decode(name) } throws: { "\($0)".contains(feature + " is not supported") }
    }

    @Test("HEIF and AVIF are named, with the way to convert them", arguments: ["heic", "avif", "mif1"])
    func heif(brand: String) {
        let bytes: [UInt8] = [0, 0, 0, 24] + Array("ftyp\(brand)".utf8) + [0, 0, 0, 0] + Array("mif1miaf".utf8)
        #expect { try ImageDecoder.decode(bytes: bytes, name: "a.jpg") } throws: {
            "\($0)".contains("HEIF or AVIF") && "\($0)".contains("heif-convert")
        }
    }

    @Test("A mask in each format labels what is not black", arguments: ["grey1.bmp", "grey1.pbm", "palette4.bmp"])
    func masks(name: String) throws {
        let mask = try DecodedMask.decode(path: Fixture.path(name)).mask
        let index = (0..<Pattern.width * Pattern.height).map {
            Pattern.sample($0 % Pattern.width, $0 / Pattern.width, 0, bits: name.contains("4") ? 4 : 1)
        }
        if name.hasPrefix("grey") {
            #expect(mask.values == index.map { UInt8($0) })
        } else {
            // Index 0 of this palette is not black, so the most frequent index is the background.
            let most = (0..<16).max { a, b in index.count { $0 == a } < index.count { $0 == b } }
            #expect(mask.values == index.map { $0 == most ? 0 : 1 })
        }
    }

    @Test("A label map keeps its labels, whatever its largest sample is", arguments: [5, 255, 4095])
    func labels(largest: Int) throws {
        let bytes = Array("P2 3 1 \(largest) 0 1 5".utf8)
        #expect(try Mask.decode(bytes: bytes, name: "m.pgm").values == [0, 1, 1])
    }
}
