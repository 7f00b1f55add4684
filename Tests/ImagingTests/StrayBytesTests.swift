import Testing

@testable import Imaging

@Suite("Bytes between the segments of a JPEG")
struct StrayBytesTests {
    /// Where segments begin, up to the first image data, and the end marker.
    private func borders(_ bytes: [UInt8]) -> [Int] {
        var position = 2, found: [Int] = []
        while bytes[position + 1] != 0xDA {
            found.append(position)
            position += 2 + Int(bytes[position + 2]) << 8 + Int(bytes[position + 3])
        }
        return found + [position, bytes.count - 2]
    }

    @Test(
        "are skipped and counted, wherever they are",
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
                // Behind image data, libjpeg has up to seven of them in hand and does not count these.
                let uncounted = border == bytes.count - 2 ? 7 : 0
                #expect((stray.count - uncounted...stray.count).contains(decoded.info.strayBytes))
            }
        }
    }

    @Test("do not make a file whole that was cut off")
    func truncated() throws {
        let bytes = try Fixture.bytes("jpeg-rgb.jpg")
        for count in [bytes.count / 2, bytes.count - 2] {
            #expect(throws: ImagingError.self) {
                try ImageDecoder.decode(bytes: Array(bytes.prefix(count)) + [1, 2, 3], name: "a.jpg")
            }
        }
    }
}
