import Testing

@testable import Imaging

@Suite struct JPEGDecodingTests {
    /// The references are decoded by Pillow, which uses another version of the same library. The tolerance is 1/255.
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
        // Versions differ in the upsampling of chroma in TIFF: some repeat, others interpolate.
        #expect(try #require(largest) <= (name.hasSuffix("ycbcr-tiles.tif") ? 12.1 : 1.1) / 255)
        #expect(decoded.info.bitDepth == 8)
        #expect(decoded.info.colour == (name.contains("grey") ? .grey : .rgb))
    }

    @Test("A JPEG without an end marker is truncated", arguments: ["jpeg-rgb.jpg", "jpeg-rgb-progressive.jpg"])
    func missingEnd(name: String) throws {
        let bytes = Array(try Fixture.bytes(name).dropLast(2))
        #expect { try ImageDecoder.decode(bytes: bytes, name: name) } throws: { error in
            guard
                case .truncated(name: name, .jpeg, byteCount: bytes.count, _, expectedRows: 24) = error as? ImagingError
            else { return false }
            return true
        }
    }

    @Test("A JPEG with data that libjpeg only warns about is damaged")
    func corruptData() throws {
        // A restart marker in the middle of the data of a file without restarts.
        var bytes = try Fixture.bytes("jpeg-rgb.jpg")
        bytes.replaceSubrange((bytes.count - 40)..<(bytes.count - 38), with: [0xFF, 0xD0])
        #expect { try ImageDecoder.decode(bytes: bytes, name: "a.jpg") } throws: { error in
            if case .damaged = error as? ImagingError { true } else { false }
        }
    }

    @Test("A JPEG with hundreds of scans is damaged")
    func manyScans() throws {
        var bytes = try Fixture.bytes("jpeg-rgb-progressive.jpg")
        // Repeats the scan of one colour that omits the last bit (Ah 0, Al 1), after completing it (Al 0).
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

@Suite("Stray bytes in JPEG")
struct StrayBytesTests {
    /// The starts of the segments up to the first image data, and of the end marker.
    private func borders(_ bytes: [UInt8]) -> [Int] {
        var position = 2, found: [Int] = []
        while bytes[position + 1] != 0xDA {
            found.append(position)
            position += 2 + Int(bytes[position + 2]) << 8 + Int(bytes[position + 3])
        }
        return found + [position, bytes.count - 2]
    }

    @Test(
        "Bytes between segments are skipped and counted",
        arguments: ["jpeg-rgb.jpg", "jpeg-rgb-progressive.jpg", "jpeg-grey.jpg", "orientation-6.jpg"])
    func skipped(name: String) throws {
        let bytes = try Fixture.bytes(name), image = try ImageDecoder.decode(bytes: bytes, name: name)
        #expect(image.info.strayBytes == 0)
        for border in borders(bytes) {
            for stray: [UInt8] in [[0], [0x12, 0x34, 0x56], [UInt8](repeating: 0, count: 1000), [0xFF, 0, 7]] {
                var changed = bytes
                changed.insert(contentsOf: stray, at: border)
                let decoded = try ImageDecoder.decode(bytes: changed, name: name)
                #expect(decoded.image == image.image, "\(stray.count) bytes at \(border)")
                #expect(decoded.info.orientation == image.info.orientation)
                // After image data, libjpeg has buffered up to seven bytes, which it does not count.
                let uncounted = border == bytes.count - 2 ? 7 : 0
                #expect((stray.count - uncounted...stray.count).contains(decoded.info.strayBytes))
            }
        }
    }

    @Test("Stray bytes do not complete a truncated file")
    func truncated() throws {
        let bytes = try Fixture.bytes("jpeg-rgb.jpg")
        for count in [bytes.count / 2, bytes.count - 2] {
            #expect(throws: ImagingError.self) {
                try ImageDecoder.decode(bytes: Array(bytes.prefix(count)) + [1, 2, 3], name: "a.jpg")
            }
        }
    }
}
