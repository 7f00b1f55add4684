import Reports

/// Small synthetic pictures: a disc on a background, with or without a scratch.
struct SamplePicture {
    static let side = 68

    var index: Int
    var hasDefect: Bool

    var input: Picture { Self.picture { x, y in hasDefect && isScratch(x, y) ? 255 : product(x, y) } }
    var expected: Picture { Self.picture { x, y in product(x, y) } }
    var overlay: Picture { Self.picture { x, y in hasDefect && isScratch(x, y) ? 1 : product(x, y) } }
    var groundTruth: Picture { Self.picture { x, y in isScratch(x, y) ? 255 : 2 } }

    private func product(_ x: Int, _ y: Int) -> UInt8 {
        let (dx, dy) = (x - 34, y - 34)
        let grain = (x * 7 + y * 13 + index * 5) % 11
        return UInt8((dx * dx + dy * dy < 26 * 26 ? 150 : 60) + grain)
    }

    private func isScratch(_ x: Int, _ y: Int) -> Bool {
        let start = 18 + index * 5 % 20
        return (start..<start + 18).contains(x) && abs(y - 24 - x / 3) < 2
    }

    /// An uncompressed PNG of grey levels, with level 1 as orange and 2 as black.
    static func picture(level: (Int, Int) -> UInt8) -> Picture {
        var rows: [UInt8] = []
        for y in 0..<side {
            rows.append(0)
            rows += (0..<side).map { level($0, y) }
        }
        let palette = (0...255).flatMap { grey -> [UInt8] in
            grey == 1 ? [240, 120, 20] : grey == 2 ? [0, 0, 0] : [UInt8](repeating: UInt8(grey), count: 3)
        }
        let length = UInt16(rows.count)
        let stored = [0x78, 0x01, 1] + [length, ~length].flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] } + rows
        let bytes =
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + chunk("IHDR", bigEndian(UInt32(side)) + bigEndian(UInt32(side)) + [8, 3, 0, 0, 0])
            + chunk("PLTE", palette) + chunk("IDAT", stored + bigEndian(adler32(rows))) + chunk("IEND", [])
        return Picture(mimeType: .png, bytes: bytes, width: side, height: side)
    }

    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        return bigEndian(UInt32(data.count)) + body + bigEndian(crc32(body))
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static let crcTable = (UInt32(0)...255).map { byte in
        (0..<8).reduce(byte) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc = ~UInt32(0)
        for byte in bytes { crc = crc >> 8 ^ crcTable[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
        return ~crc
    }

    private static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            low = (low + UInt32(byte)) % 65521
            high = (high + low) % 65521
        }
        return high << 16 | low
    }
}
