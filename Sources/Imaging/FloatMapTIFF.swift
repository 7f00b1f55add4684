extension FloatMap {
    /// A TIFF file of 32 bit floating-point samples: little-endian, uncompressed, in strips of about 64 KiB. That is what
    /// every reader of floating-point TIFF understands; the layout is that of TIFF 6.0 (Adobe, 1992).
    ///
    /// - Throws: `tooLarge` for maps of 4 GiB and more, which need another file format.
    public func tiffBytes() throws(ImagingError) -> [UInt8] {
        let rowBytes = width * MemoryLayout<Float>.size
        let rowsPerStrip = min(height, max(1, 65536 / rowBytes))
        let stripCount = (height + rowsPerStrip - 1) / rowsPerStrip

        // With one strip the tables of offsets and sizes fit into their directory entries.
        let isSingle = stripCount == 1
        let tableBytes = isSingle ? 0 : 4 * stripCount
        let headerBytes = 8
        let offsetsAt = headerBytes + 2 + 12 * Self.entryCount + 4
        let byteCountsAt = offsetsAt + tableBytes
        let pixelsAt = byteCountsAt + tableBytes
        let total = pixelsAt + rowBytes * height
        guard total <= Int(UInt32.max) else {
            throw .tooLarge(
                name: "TIFF of \(width) x \(height) floats", quantity: .bytes, actual: total, limit: Int(UInt32.max))
        }

        var file = LittleEndianBytes(capacity: total)
        file.append(short: 0x4949)  // II: little-endian
        file.append(short: 42)
        file.append(long: headerBytes)
        file.append(short: Self.entryCount)
        file.append(entry: 256, long: width)
        file.append(entry: 257, long: height)
        file.append(entry: 258, short: 32)  // bits per sample
        file.append(entry: 259, short: 1)  // no compression
        file.append(entry: 262, short: 1)  // black is zero
        file.append(entry: 273, count: stripCount, long: isSingle ? pixelsAt : offsetsAt)
        file.append(entry: 277, short: 1)  // samples per pixel
        file.append(entry: 278, long: rowsPerStrip)
        file.append(entry: 279, count: stripCount, long: isSingle ? rowBytes * height : byteCountsAt)
        file.append(entry: 284, short: 1)  // planar configuration: contiguous
        file.append(entry: 339, short: 3)  // sample format: IEEE floating point
        file.append(long: 0)  // no further directory
        if !isSingle {
            let rows = stride(from: 0, to: height, by: rowsPerStrip)
            for row in rows { file.append(long: pixelsAt + row * rowBytes) }
            for row in rows { file.append(long: min(rowsPerStrip, height - row) * rowBytes) }
        }
        for value in values { file.append(long: Int(value.bitPattern)) }
        return file.bytes
    }

    private static let entryCount = 11
}

/// Bytes of a little-endian TIFF under construction.
private struct LittleEndianBytes {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func append(short value: Int) {
        bytes.append(UInt8(truncatingIfNeeded: value))
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
    }

    mutating func append(long value: Int) {
        append(short: value)
        append(short: value >> 16)
    }

    /// A directory entry: tag, type (3: short, 4: long), count, value. A value shorter than four bytes stands first.
    mutating func append(entry tag: Int, short value: Int) {
        append(short: tag)
        append(short: 3)
        append(long: 1)
        append(long: value)
    }

    mutating func append(entry tag: Int, count: Int = 1, long value: Int) {
        append(short: tag)
        append(short: 4)
        append(long: count)
        append(long: value)
    }
}
