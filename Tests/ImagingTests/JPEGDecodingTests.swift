import Testing

@testable import Imaging

@Suite struct JPEGDecodingTests {
    /// The references are what Pillow decodes: the same library in another version. One 255th of tolerance.
    @Test(
        "JPEG decodes to what Pillow decodes",
        arguments: [
            "jpeg-grey.jpg", "jpeg-grey-progressive.jpg", "jpeg-rgb.jpg", "jpeg-rgb-444.jpg",
            "jpeg-rgb-progressive.jpg", "jpeg-rgb-restarts.jpg", "jpeg-tiff.tif", "jpeg-tiff-ycbcr-tiles.tif",
        ])
    func reference(name: String) throws {
        let decoded = try Fixture.decode(name)
        let stem = try #require(name.split(separator: ".").first)
        let expected = try Fixture.decode("\(stem)-expected.png").image
        #expect(decoded.image.channels == expected.channels)
        #expect(decoded.image.width == 40)
        #expect(decoded.image.height == 24)
        let largest = zip(decoded.image.values, expected.values).map { abs($0 - $1) }.max()
        // Chroma of half resolution in TIFF is enlarged by repetition by some versions, by interpolation by others.
        #expect(try #require(largest) <= (name.hasSuffix("ycbcr-tiles.tif") ? 12.1 : 1.1) / 255)
        #expect(decoded.info.bitDepth == 8)
        #expect(decoded.info.colour == (name.contains("grey") ? .grey : .rgb))
    }

    @Test("JPEG without its end marker is truncated", arguments: ["jpeg-rgb.jpg", "jpeg-rgb-progressive.jpg"])
    func missingEnd(name: String) throws {
        let bytes = Array(try Fixture.bytes(name).dropLast(2))
        #expect { try ImageDecoder.decode(bytes: bytes, name: name) } throws: { error in
            guard
                case .truncated(name: name, .jpeg, byteCount: bytes.count, _, expectedRows: 24) = error as? ImagingError
            else { return false }
            return true
        }
    }

    @Test("JPEG whose data libjpeg only warns of is damaged")
    func corruptData() throws {
        // A restart marker in the middle of the data of a file without restarts.
        var bytes = try Fixture.bytes("jpeg-rgb.jpg")
        bytes.replaceSubrange((bytes.count - 40)..<(bytes.count - 38), with: [0xFF, 0xD0])
        #expect { try ImageDecoder.decode(bytes: bytes, name: "a.jpg") } throws: { error in
            if case .damaged = error as? ImagingError { true } else { false }
        }
    }

    @Test("JPEG with hundreds of scans is refused: each costs a pass over the image")
    func manyScans() throws {
        var bytes = try Fixture.bytes("jpeg-rgb-progressive.jpg")
        // The scan of one colour that leaves its last bit to a later one (Ah 0, Al 1) is made complete (Al 0), so that it
        // may be repeated, and is repeated.
        func lastByte(_ scan: Int) -> Int { scan + 1 + Int(bytes[scan + 2]) << 8 + Int(bytes[scan + 3]) }
        func isMarker(_ index: Int, _ codes: Set<UInt8>) -> Bool {
            bytes[index] == 0xFF && codes.contains(bytes[index + 1])
        }
        let scans = bytes.indices.dropLast().filter { isMarker($0, [0xDA]) }
        let start = try #require(scans.first { bytes[$0 + 4] == 1 && bytes[lastByte($0)] == 0x01 })
        let end = try #require(((start + 2)..<bytes.count).first { isMarker($0, [0xDA, 0xC4]) })
        bytes[lastByte(start)] = 0
        func file(repeats: Int) -> [UInt8] {
            bytes[..<start] + (0..<repeats).flatMap { _ in bytes[start..<end] } + [0xFF, 0xD9]
        }
        #expect(try ImageDecoder.decode(bytes: file(repeats: 400), name: "a.jpg").info.width == 40)
        #expect(
            throws: ImagingError.damaged(
                name: "a.jpg", format: .jpeg, byteCount: file(repeats: 600).count, reason: "more than 500 scans")
        ) { try ImageDecoder.decode(bytes: file(repeats: 600), name: "a.jpg") }
    }
}
