import Testing

@testable import Imaging

@Suite("Sample range")
struct SampleRangeTests {
    private func image(_ values: [Float], bitDepth: Int, isFloat: Bool = false) -> DecodedImage {
        DecodedImage(
            image: PlanarImage(width: values.count, height: 1, channels: 1, values: values),
            info: ImageInfo(
                format: .tiff, width: values.count, height: 1, bitDepth: bitDepth, isFloat: isFloat, colour: .grey,
                hasAlpha: false, isAlphaUsed: false, orientation: 1))
    }

    @Test("The highest sample determines the range of a camera with fewer than 16 bits")
    func suggested() {
        for (sample, highest) in [(1, 255), (255, 255), (256, 1023), (4095, 4095), (4096, 16383), (16383, 16383)] {
            #expect(SampleRange(highestSample: sample) == SampleRange(lowest: 0, highest: Float(highest)), "\(sample)")
        }
        for sample in [0, 16384, 65535] { #expect(SampleRange(highestSample: sample) == nil, "\(sample)") }
    }

    @Test("16-bit and floating-point samples are scaled and clipped; 8-bit samples are unchanged")
    func scaled() throws {
        let range = try #require(SampleRange(lowest: 0, highest: 4095))
        let wide = range.scaled(image([0, 4095 / 65535, 1, 2047.5 / 65535] as [Float], bitDepth: 16))
        #expect(wide.clipped == 1)
        #expect(wide.image.values[..<3] == [0, 1, 1] && abs(wide.image.values[3] - 0.5) < 1e-6)
        let float = range.scaled(image([-1, 4095, .nan], bitDepth: 32, isFloat: true))
        #expect(float.clipped == 1 && float.image.values[..<2] == [0, 1] && float.image.values[2].isNaN)
        let narrow = image([0, 0.5, 1], bitDepth: 8)
        #expect(range.scaled(narrow).image == narrow.image && range.scaled(narrow).clipped == 0)
    }

    @Test("Invalid bounds are rejected")
    func bounds() {
        let largest = Float.greatestFiniteMagnitude
        let bounds: [(Float, Float)] = [(1, 1), (2, 1), (.nan, 1), (0, .infinity), (-largest, largest)]
        for (lowest, highest) in bounds {
            #expect(SampleRange(lowest: lowest, highest: highest) == nil)
        }
    }

    @Test("A PNM that states a range of its own keeps it", arguments: [40_000, 65_534, 65_535])
    func statedRange(largest: Int) throws {
        let sample = largest / 2
        let bytes = Array("P5 2 1 \(largest)\n".utf8) + [UInt8(sample >> 8), UInt8(sample & 255), 0, 4]
        let decoded = try ImageDecoder.decode(bytes: bytes, name: "a.pgm")
        let isFull = largest == 65_535
        #expect(decoded.info.bitDepth == 16 && (decoded.highestSample == nil) == !isFull)
        let scaled = try #require(SampleRange(lowest: 0, highest: 4095)).scaled(decoded)
        #expect((scaled.image == decoded.image) == !isFull && scaled.clipped == (isFull ? 1 : 0))
    }
}
