import Foundation
import Testing

@testable import Imaging

@Suite struct ImagingErrorTests {
    @Test("A missing file, a folder and a device are unreadable with a reason")
    func unreadable() {
        let cases = [
            ("/no/such/file.png", "No such file or directory"), ("/tmp", "Is a directory"),
            ("/dev/null", "it is not a regular file"),
        ]
        for (path, reason) in cases {
            #expect(throws: ImagingError.unreadable(name: path, reason: reason)) { try ImageDecoder.decode(path: path) }
        }
    }

    @Test("A file without bytes is empty")
    func empty() throws {
        let path = NSTemporaryDirectory() + "/empty-\(UUID().uuidString).png"
        try Data().write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(throws: ImagingError.empty(name: path)) { try ImageDecoder.decode(path: path) }
        #expect(throws: ImagingError.empty(name: "b")) { try ImageDecoder.decode(bytes: [], name: "b") }
    }

    @Test("Unknown formats are reported with their first bytes")
    func unknown() {
        let gif = Array("GIF89a, and so on".utf8)
        let expected = ImagingError.unknownFormat(name: "a.png", firstBytes: Array(gif.prefix(8)), byteCount: 17)
        #expect(throws: expected) { try ImageDecoder.decode(bytes: gif, name: "a.png") }
        #expect(
            expected.description
                == "a.png: not a PNG, TIFF, JPEG, BMP, PNM, WebP or JPEG 2000 image: its 17 bytes begin with "
                + "47 49 46 38 39 61 2c 20; "
                + "convert it, or take it out of the folder")
    }

    @Test("An extension of another format is an error; an unknown extension is not")
    func mislabelled() throws {
        let bytes = try Fixture.bytes("jpeg-rgb.jpg")
        let expected = ImagingError.mislabelled(name: "shots/a.PNG", labelled: .png, actual: .jpeg)
        #expect(throws: expected) { try ImageDecoder.decode(bytes: bytes, name: "shots/a.PNG") }
        #expect(throws: expected) { try ImageDecoder.probe(bytes: bytes, name: "shots/a.PNG") }
        #expect(expected.description == "shots/a.PNG: the name says PNG, the bytes are JPEG; rename it to .jpg")
        for name in ["a", "folder.png/a", "a.JPEG", "a.jpg", "a.dat"] {
            #expect(try ImageDecoder.decode(bytes: bytes, name: name).info.format == .jpeg)
        }
    }

    @Test("Files above the byte limit and images above the pixel limit are too large")
    func tooLarge() throws {
        let path = Fixture.path("rgb8.png")
        let size = try Fixture.bytes("rgb8.png").count
        #expect(throws: ImagingError.tooLarge(name: path, quantity: .bytes, actual: size, limit: size - 1)) {
            try ImageDecoder.decode(path: path, limits: DecodeLimits(maximumFileBytes: size - 1))
        }
        #expect(throws: ImagingError.tooLarge(name: path, quantity: .pixels, actual: 378, limit: 377)) {
            try ImageDecoder.probe(path: path, limits: DecodeLimits(maximumPixels: 377))
        }
        let limits = DecodeLimits(maximumPixels: 378, maximumFileBytes: size)
        #expect(try ImageDecoder.decode(path: path, limits: limits).info.width == 21)
    }

    @Test("Messages state the facts and the remedy")
    func sentences() {
        let cases: [(ImagingError, String)] = [
            (
                .truncated(name: "a", format: .png, byteCount: 9, decodedRows: 3, expectedRows: 8),
                "a: the PNG ends early, after 9 bytes (3 of 8 rows are complete); copy it again from its source"
            ),
            (
                .truncated(name: "a", format: .tiff, byteCount: 9, decodedRows: nil, expectedRows: nil),
                "a: the TIFF ends early, after 9 bytes; copy it again from its source"
            ),
            (
                .tooLarge(name: "a", quantity: .pixels, actual: 9, limit: 8),
                "a: 9 pixels, at most 8 are allowed; scale the image down, or raise the limit if you set it"
            ),
            (
                .unsupported(name: "a", feature: "CMYK colour"),
                "a: CMYK colour is not supported; convert the image to 8 or 16 bit grey or RGB, or to float32 TIFF, "
                    + "such as with: magick IN -colorspace sRGB OUT.png"
            ),
        ]
        for (error, sentence) in cases { #expect(error.description == sentence) }
    }

    @Test("The readable extensions are those of all formats")
    func extensions() {
        #expect(
            ImageDecoder.readableExtensions == [
                "png", "jpg", "jpeg", "tif", "tiff", "bmp", "dib", "pnm", "pbm", "pgm", "ppm", "webp", "jp2", "j2k",
                "j2c", "jpc", "jpx",
            ])
    }
}
