import Testing

@testable import Imaging

/// Small files that require much work or memory. At full size, as written by `Tests/Fuzzing/make_bombs.py`, each of
/// them used to take minutes or gigabytes.
@Suite("Decompression bombs")
struct DecompressionBombTests {
    private static func isDamaged(_ error: (any Error)?, _ reason: String) -> Bool {
        guard case .damaged(_, _, _, let found)? = error as? ImagingError else { return false }
        return found == reason
    }

    /// A grey PNG of 8 x 8 pixels with surplus data, stored without compression.
    private static func png(surplus: Int) -> [UInt8] {
        var data: [UInt8] = [0x78, 1]
        let raw = [UInt8](repeating: 0, count: 72 + surplus)
        for start in stride(from: 0, to: raw.count, by: 65535) {
            let count = min(65535, raw.count - start)
            let (low, high) = (UInt8(count & 255), UInt8(count >> 8))
            data += [start + count == raw.count ? 1 : 0, low, high, ~low, ~high] + raw[start..<start + count]
        }
        data += [UInt8(raw.count / 256 % 256), UInt8(raw.count % 256), 0, 1]  // Adler-32 of zeros
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + CRC32.chunk("IHDR", [0, 0, 0, 8, 0, 0, 0, 8, 8, 0, 0, 0, 0]) + CRC32.chunk("IDAT", data)
            + CRC32.chunk("IEND", [])
    }

    @Test("A PNG with far more data than pixels is damaged; a small surplus is ignored")
    func surplusOfData() throws {
        for surplus in [0, 1, 10_000] {
            let decoded = try ImageDecoder.decode(bytes: Self.png(surplus: surplus), name: "a.png")
            #expect(decoded.image == PlanarImage(width: 8, height: 8, channels: 1, repeating: 0))
        }
        #expect {
            try ImageDecoder.decode(bytes: Self.png(surplus: 300_000), name: "a.png")
        } throws: {
            Self.isDamaged($0, "far more data than pixels")
        }
    }

    /// A grey progressive JPEG. The first scan gives every block the same value; each further scan refines one
    /// coefficient with runs of thousands of unchanged blocks.
    private static func jpeg(side: Int, scans: Int) -> [UInt8] {
        func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
            [0xFF, marker, UInt8((content.count + 2) >> 8), UInt8((content.count + 2) & 255)] + content
        }
        let blocks = (side + 7) / 8 * ((side + 7) / 8)
        let (high, low) = (UInt8(side >> 8), UInt8(side & 255))
        var bytes: [UInt8] = [0xFF, 0xD8] + segment(0xDB, [0] + [UInt8](repeating: 1, count: 64))
        bytes += segment(0xC2, [8, high, low, high, low, 1, 1, 0x11, 0])
        // One code of one bit each: a difference of 0, and the end of a run of 2^14 blocks plus a 14-bit count.
        for (table, symbol): (UInt8, UInt8) in [(0, 0), (0x10, 0xE0)] {
            bytes += segment(0xC4, [table, 1] + [UInt8](repeating: 0, count: 15) + [symbol])
        }
        bytes += segment(0xDA, [1, 1, 0, 0, 0, 0]) + [UInt8](repeating: 0, count: (blocks + 7) / 8)
        let run = [UInt8](repeating: 0, count: (blocks / 16384 + 1) * 15 / 8 + 1)
        for scan in 0..<scans - 1 {
            let (coefficient, step) = (UInt8(1 + scan / 9), UInt8(scan % 9))
            let refinement = step == 0 ? 8 : (9 - step) << 4 | (8 - step)
            bytes += segment(0xDA, [1, 1, 0, coefficient, coefficient, refinement]) + run
        }
        return bytes + [0xFF, 0xD9]
    }

    @Test("A JPEG with many scans is read if it is small and damaged if it is large")
    func scans() throws {
        let small = try ImageDecoder.decode(bytes: Self.jpeg(side: 64, scans: 500), name: "a.jpg")
        #expect(small.image == PlanarImage(width: 64, height: 64, channels: 1, repeating: Float(128) / 255))
        #expect {
            try ImageDecoder.decode(bytes: Self.jpeg(side: 64, scans: 501), name: "a.jpg")
        } throws: {
            Self.isDamaged($0, "more than 500 scans")
        }
        #expect {
            try ImageDecoder.decode(bytes: Self.jpeg(side: 8400, scans: 40), name: "a.jpg")
        } throws: {
            Self.isDamaged($0, "more than 30 scans")
        }
    }

    /// A little-endian TIFF of 8-bit grey pixels.
    ///
    /// - Parameters:
    ///   - pieces: the tags of offsets and sizes, the number of pieces, and the claimed size of each. All pieces refer
    ///     to the bytes at the end.
    ///   - more: further tags with a type, a count and a value.
    private static func tiff(
        width: Int, height: Int, pieces: (offsets: Int, sizes: Int, count: Int, bytes: Int), more: [[Int]] = [],
        content: [UInt8]
    ) -> [UInt8] {
        func little(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let entryCount = 8 + more.count
        let tables = 8 + 2 + 12 * entryCount + 4
        let end = tables + 8 * pieces.count
        let entries =
            [
                [256, 4, 1, width], [257, 4, 1, height], [258, 3, 1, 8], [259, 3, 1, 1], [262, 3, 1, 1],
                [277, 3, 1, 1],
                [pieces.offsets, 4, pieces.count, tables], [pieces.sizes, 4, pieces.count, tables + 4 * pieces.count],
            ] + more
        let directory = entries.sorted { $0[0] < $1[0] }.flatMap {
            little($0[0], 2) + little($0[1], 2) + little($0[2], 4) + little($0[3], 4)
        }
        return [0x49, 0x49, 42, 0, 8, 0, 0, 0] + little(entryCount, 2) + directory + little(0, 4)
            + (0..<pieces.count).flatMap { _ in little(end, 4) }
            + (0..<pieces.count).flatMap { _ in little(pieces.bytes, 4) } + content
    }

    @Test("A TIFF with tiles far larger than the image is too large")
    func tallTiles() {
        let file = Self.tiff(
            width: 160, height: 1, pieces: (324, 325, 10, 100), more: [[322, 4, 1, 16], [323, 4, 1, 160_000_000]],
            content: [UInt8](repeating: 0, count: 100))
        #expect(
            throws: ImagingError.tooLarge(name: "a.tif", quantity: .pixels, actual: 25_600_000_000, limit: 200_000_000)
        ) { try ImageDecoder.probe(bytes: file, name: "a.tif") }
    }

    @Test("A TIFF with many tags over the same bytes is damaged")
    func tagsOverEachOther() {
        let file = Self.tiff(
            width: 8, height: 8, pieces: (273, 279, 2, 32),
            more: [[278, 4, 1, 4]] + (0..<1000).map { [40000 + $0, 7, 100_000, 8] },
            content: [UInt8](repeating: 0, count: 100_000))
        #expect { try ImageDecoder.probe(bytes: file, name: "a.tif") } throws: {
            Self.isDamaged($0, "its parts overlap")
        }
    }

    @Test("A TIFF with overlapping strips is damaged")
    func stripsOverEachOther() {
        let file = Self.tiff(
            width: 1, height: 4000, pieces: (273, 279, 4000, 65536), more: [[278, 4, 1, 1]],
            content: [UInt8](repeating: 0, count: 65536))
        #expect { try ImageDecoder.decode(bytes: file, name: "a.tif") } throws: {
            Self.isDamaged($0, "its parts overlap")
        }
    }

    @Test("A TIFF with equal tiles that share bytes is read")
    func sharedTiles() throws {
        let file = Self.tiff(
            width: 4096, height: 4096, pieces: (324, 325, 256, 65536), more: [[322, 4, 1, 256], [323, 4, 1, 256]],
            content: [UInt8](repeating: 255, count: 65536))
        let decoded = try ImageDecoder.decode(bytes: file, name: "a.tif")
        #expect(decoded.image == PlanarImage(width: 4096, height: 4096, channels: 1, repeating: 1))
    }
}
