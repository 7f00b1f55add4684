/// PNG files of the kinds that `PNGEncoder` does not write, without compression.
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
