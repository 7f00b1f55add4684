import Foundation

@testable import Imaging

/// The files written by Fixtures/make_fixtures.py.
enum Fixture {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures").path

    static func path(_ name: String) -> String { folder + "/" + name }

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: path(name))))
    }

    /// All images, in a fixed order.
    static let names =
        (try? FileManager.default.contentsOfDirectory(atPath: folder))?
        .filter { ImageFormat(extensionOf: $0) != nil }.sorted() ?? []

    static func decode(_ name: String) throws -> DecodedImage { try ImageDecoder.decode(path: path(name)) }
}

/// The pixels of the files written by make_fixtures.py: each sample is a function of its position.
enum Pattern {
    static let width = 21
    static let height = 18

    static func sample(_ x: Int, _ y: Int, _ channel: Int, bits: Int) -> Int {
        (x * 37 + y * 91 + channel * 53 + x * y) % (1 << bits)
    }

    static func image(channels: Int, _ value: (_ x: Int, _ y: Int, _ channel: Int) -> Float) -> PlanarImage {
        var image = PlanarImage(width: width, height: height, channels: channels, repeating: 0)
        for channel in 0..<channels {
            for y in 0..<height {
                for x in 0..<width { image.values[(channel * height + y) * width + x] = value(x, y, channel) }
            }
        }
        return image
    }

    static func scaled(_ sample: Int, bits: Int) -> Float { Float(sample) / Float((1 << bits) - 1) }

    /// A grey or RGB image, optionally multiplied by the sample of channel 3 as alpha.
    static func image(channels: Int, bits: Int, alpha: Bool = false) -> PlanarImage {
        image(channels: channels) { x, y, channel in
            let value = scaled(sample(x, y, channel, bits: bits), bits: bits)
            return alpha ? value * scaled(sample(x, y, 3, bits: bits), bits: bits) : value
        }
    }

    /// The image of a palette file, optionally with transparency.
    static func palette(bits: Int, transparent: Bool) -> PlanarImage {
        image(channels: 3) { x, y, channel in
            let index = sample(x, y, 0, bits: bits)
            let entry = [index * 7 % 256, (index * 11 + 3) % 256, 255 - index][channel]
            let alpha = transparent && index % 2 == 0 ? index * 5 % 256 : 255
            return scaled(entry, bits: 8) * scaled(alpha, bits: 8)
        }
    }
}

/// Writes uncompressed PNG files of kinds that `PNGEncoder` does not support.
enum RawPNG {
    /// - Parameters:
    ///   - colour: the colour type of PNG: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha.
    ///   - rows: bytes of samples.
    ///   - palette: bytes of a PLTE chunk.
    ///   - transparency: bytes of a tRNS chunk.
    static func bytes(
        colour: UInt8, depth: UInt8 = 8, rows: [[UInt8]], width: Int, palette: [UInt8] = [], transparency: [UInt8] = []
    ) -> [UInt8] {
        let raw: [UInt8] = rows.flatMap { row in [0] + row }
        let header: [UInt8] = number(width) + number(rows.count) + [depth, colour, 0, 0, 0]
        var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + CRC32.chunk("IHDR", header)
        if !palette.isEmpty { bytes += CRC32.chunk("PLTE", palette) }
        if !transparency.isEmpty { bytes += CRC32.chunk("tRNS", transparency) }
        return bytes + CRC32.chunk("IDAT", stored(raw)) + CRC32.chunk("IEND", [])
    }

    private static func number(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    /// A zlib stream of one stored block.
    private static func stored(_ raw: [UInt8]) -> [UInt8] {
        var (low, high) = (1, 0)
        for byte in raw {
            low = (low + Int(byte)) % 65521
            high = (high + low) % 65521
        }
        let count = [UInt8(raw.count & 255), UInt8(raw.count >> 8)]
        let complement = count.map { ~$0 }
        return [0x78, 1, 1] + count + complement + raw + number(high << 16 | low)
    }
}

/// The checksum of PNG chunks (ISO 3309).
enum CRC32 {
    static func of(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var remainder: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
        }
        remainder = ~remainder
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: remainder >> $0) }
    }

    /// A complete chunk: length, kind, contents, checksum.
    static func chunk(_ kind: String, _ contents: [UInt8]) -> [UInt8] {
        let length = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: contents.count >> $0) }
        return length + Array(kind.utf8) + contents + of(Array(kind.utf8) + contents)
    }
}
