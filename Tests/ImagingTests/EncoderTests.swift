import Testing

@testable import Imaging

@Suite struct EncoderTests {
    @Test("An 8-bit image survives PNG exactly", arguments: [1, 3])
    func png(channels: Int) throws {
        let image = Pattern.image(channels: channels, bits: 8)
        let decoded = try ImageDecoder.decode(bytes: PNGEncoder.encode(image), name: "a.png")
        #expect(decoded.image == image)
        #expect(decoded.info.bitDepth == 8)
    }

    @Test("A 16-bit image survives PNG exactly", arguments: [1, 3])
    func widePNG(channels: Int) throws {
        let image = Pattern.image(channels: channels, bits: 16)
        let decoded = try ImageDecoder.decode(bytes: PNGEncoder.encode16(image), name: "a.png")
        #expect(decoded.image == image)
        #expect(decoded.info.bitDepth == 16)
    }

    @Test("Values are clamped, halves are rounded up, and NaN becomes black")
    func rounding() throws {
        let values: [Float] = [-1, 0, 0.5 / 255, 1.4999 / 255, 1, 7, .infinity, -.infinity, .nan]
        let image = PlanarImage(width: 9, height: 1, channels: 1, values: values)
        let decoded = try ImageDecoder.decode(bytes: PNGEncoder.encode(image), name: "a.png")
        #expect(decoded.image.values.map { $0 * 255 } == [0, 0, 1, 1, 255, 255, 255, 0, 0])
    }

    @Test("Equal images give equal bytes")
    func stable() throws {
        let image = Pattern.image(channels: 3, bits: 8)
        #expect(try PNGEncoder.encode(image) == PNGEncoder.encode(image))
        #expect(try JPEGEncoder.encode(image, quality: 80) == JPEGEncoder.encode(image, quality: 80))
        #expect(try PNGEncoder.encode(image).firstRange(of: Array("tIME".utf8)) == nil)
    }

    @Test("JPEG is approximate, with smaller errors at higher quality", arguments: [1, 3])
    func jpeg(channels: Int) throws {
        let image = Pattern.image(channels: channels) { x, y, channel in Float(x * 3 + y * 5 + channel * 40) / 255 }
        func largestError(_ quality: Int) throws -> Float {
            let decoded = try ImageDecoder.decode(bytes: JPEGEncoder.encode(image, quality: quality), name: "a.jpg")
            #expect(decoded.image.channels == channels)
            return zip(decoded.image.values, image.values).map { abs($0 - $1) }.max() ?? 1
        }
        #expect(try largestError(95) < 5.0 / 255)
        #expect(try largestError(1) > largestError(95))
        #expect(try JPEGEncoder.encode(image, quality: 1000) == JPEGEncoder.encode(image, quality: 100))
        #expect(try JPEGEncoder.encode(image, quality: -5) == JPEGEncoder.encode(image, quality: 1))
    }

    @Test("An image too wide for JPEG is an error, but not for PNG")
    func tooWide() throws {
        let image = PlanarImage(width: 65501, height: 1, channels: 1, repeating: 0.2)
        #expect(
            throws: ImagingError.tooLarge(
                name: "JPEG of 65501 x 1 pixels", quantity: .pixelsPerSide, actual: 65501, limit: 65500)
        ) { try JPEGEncoder.encode(image, quality: 90) }
        #expect(try ImageDecoder.probe(bytes: PNGEncoder.encode(image), name: "a.png").width == 65501)
    }
}
