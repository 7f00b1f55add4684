import Testing

@testable import Imaging

@Suite struct OrientationTests {
    @Test(
        "All eight orientations are decoded upright in every format", arguments: 1...8, ["jpg", "png", "tif", "webp"])
    func upright(code: Int, kind: String) throws {
        let expected = try Fixture.decode("orientation-upright.png").image
        let decoded = try Fixture.decode("orientation-\(code).\(kind)")
        #expect(decoded.info.orientation == code)
        #expect(decoded.info.width == 24)
        #expect(decoded.info.height == 16)
        #expect(decoded.image.width == 24)
        let largest = zip(decoded.image.values, expected.values).map { abs($0 - $1) }.max()
        #expect(try #require(largest) <= (kind == "jpg" ? 3.1 / 255 : 0))
    }

    @Test("A probe returns the upright size without decoding pixels", arguments: 1...8, ["jpg", "png", "tif", "webp"])
    func probe(code: Int, kind: String) throws {
        let name = "orientation-\(code).\(kind)"
        #expect(try ImageDecoder.probe(path: Fixture.path(name)) == Fixture.decode(name).info)
    }

    @Test(
        "Invalid EXIF counts as upright",
        arguments: [
            [], [0x49], Array("IIxxxxxxxxxx".utf8), [0x49, 0x49, 42, 0, 255, 255, 255, 255],
            [0x49, 0x49, 42, 0, 8, 0, 0, 0, 255, 255],
            // The orientation as a LONG, and a SHORT of 9 and 0.
            [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 4, 0, 1, 0, 0, 0, 6, 0, 0, 0],
            [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 9, 0, 0, 0],
            [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0],
        ] as [[UInt8]])
    func nonsense(exif: [UInt8]) throws {
        var bytes = try Fixture.bytes("rgb8.png")
        bytes.insert(contentsOf: CRC32.chunk("eXIf", exif), at: 33)  // after the signature and the header chunk
        let decoded = try ImageDecoder.decode(bytes: bytes, name: "a.png")
        #expect(decoded.info.orientation == 1)
        #expect(decoded.image == Pattern.image(channels: 3, bits: 8))
    }
}
