import Foundation
import PythonTestSupport
import Testing

@testable import Imaging

@Suite struct FloatMapTests {
    private func map(_ width: Int, _ height: Int) -> FloatMap {
        var values = (0..<(width * height)).map { Float($0) / 7 - 10 }
        values.replaceSubrange(0..<4, with: [.nan, .infinity, -.infinity, .leastNonzeroMagnitude])
        return FloatMap(width: width, height: height, values: values)
    }

    @Test("A map survives TIFF bit by bit", arguments: [(5, 1), (300, 400), (1, 7), (20000, 3)])
    func roundTrip(size: (width: Int, height: Int)) throws {
        let map = map(size.width, size.height)
        let back = try FloatMap.decode(bytes: map.tiffBytes(), name: "a.tiff")
        #expect(back.width == size.width)
        #expect(back.height == size.height)
        #expect(back.values.map(\.bitPattern) == map.values.map(\.bitPattern))
    }

    @Test("The TIFF of a small map has the expected bytes")
    func golden() throws {
        let map = FloatMap(width: 2, height: 1, values: [1, -2])
        // TIFF 6.0, written by hand: header, count, 11 entries of tag, type, count, value, next directory, pixels.
        let words: [UInt8] = [
            0x49, 0x49, 42, 0, 8, 0, 0, 0, 11, 0,
            0, 1, 4, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 1, 4, 0, 1, 0, 0, 0, 1, 0, 0, 0,
            2, 1, 3, 0, 1, 0, 0, 0, 32, 0, 0, 0, 3, 1, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0,
            6, 1, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0, 17, 1, 4, 0, 1, 0, 0, 0, 146, 0, 0, 0,
            21, 1, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0, 22, 1, 4, 0, 1, 0, 0, 0, 1, 0, 0, 0,
            23, 1, 4, 0, 1, 0, 0, 0, 8, 0, 0, 0, 28, 1, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0,
            83, 1, 3, 0, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0,
            0, 0, 128, 63, 0, 0, 0, 192,
        ]
        #expect(try map.tiffBytes() == words)
    }

    @Test("Maps of 16, 32 and 64-bit floats are read with their NaN", arguments: [16, 32, 64])
    func depths(bits: Int) throws {
        let map = try FloatMap.decode(path: Fixture.path("float\(bits)-le.tif"))
        #expect(map.values[0] == -37.5)
        #expect(map.values[1].isNaN)
        #expect(map.values[4] == Float(4 * 37 - 300) / 8)
    }

    @Test(
        "Images other than maps are an error",
        arguments: ["grey8-le.tif", "grey16.png", "rgb-float32-tiles.tif", "jpeg-grey.jpg"])
    func refused(name: String) throws {
        #expect { try FloatMap.decode(path: Fixture.path(name)) } throws: { error in
            guard case .unsupported(_, let feature) = error as? ImagingError else { return false }
            return feature.contains("instead of one floating-point sample")
        }
    }

    @Test(
        "Pillow reads the TIFF as float32 with the same values",
        .enabled(if: ProjectPython.isInstalled, "\(ProjectPython.remedy)"))
    func pillow() throws {
        let map = FloatMap(width: 300, height: 200, values: (0..<60000).map { Float($0) / 3 })
        let path = NSTemporaryDirectory() + "/map-\(UUID().uuidString).tiff"
        try Data(map.tiffBytes()).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let script = """
            import struct, sys
            from PIL import Image
            image = Image.open(sys.argv[1])
            assert image.mode == "F" and image.size == (300, 200), (image.mode, image.size)
            expected = b"".join(struct.pack("<f", struct.unpack("<f", struct.pack("<f", i))[0] / 3) for i in range(60000))
            assert image.tobytes() == expected
            """
        _ = try ProjectPython.output(of: ["-c", script, path])
    }
}
