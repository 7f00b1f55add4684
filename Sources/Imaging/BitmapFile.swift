/// A Windows or OS/2 bitmap: 1 to 32 bits per pixel, palettes, run lengths, bit fields, bottom-up and top-down.
///
/// Source: Microsoft, "Bitmap Storage" (BITMAPCOREHEADER, BITMAPINFOHEADER, BITMAPV4HEADER, BITMAPV5HEADER). The fourth
/// byte of 32-bit pixels is alpha only if the header has a mask for it.
struct BitmapFile {
    let header: NativeCodecs.Header
    private let bytes: [UInt8]
    private let start: Int
    private let bits: Int
    private let isTopDown: Bool
    private let kind: Kind

    private enum Kind {
        /// Indices into the palette, which holds red, green and blue of each colour. `hasRuns` for RLE4 and RLE8.
        case indices(palette: [UInt8], hasRuns: Bool)
        /// Bit fields of a pixel: red, green, blue, and alpha if present.
        case fields([BitField])
    }

    private struct BitField {
        let shift: Int
        let largest: UInt32

        /// - Throws: `damaged` for bits that are not contiguous, and for none.
        init(mask: Int, bits: Int) throws(NativeCodecs.Failure) {
            let shift = mask.trailingZeroBitCount
            let largest = mask == 0 ? 0 : mask >> shift
            guard largest > 0, largest & (largest + 1) == 0, mask >> bits == 0 else {
                throw .damaged("the bit mask \(String(mask, radix: 16)) for pixels of \(bits) bits")
            }
            (self.shift, self.largest) = (shift, UInt32(largest))
        }

        func value(_ pixel: UInt32) -> Float { Float(pixel >> UInt32(shift) & largest) / Float(largest) }
        var width: Int { UInt32.bitWidth - largest.leadingZeroBitCount }
    }

    init(_ bytes: [UInt8]) throws(NativeCodecs.Failure) {
        guard let start = bytes.little(at: 10, 4), let headerSize = bytes.little(at: 14, 4) else { throw .truncated() }
        guard [12, 40, 52, 56, 64, 108, 124].contains(headerSize) else {
            throw .unsupported("a BMP header of \(headerSize) bytes")
        }
        let isCore = headerSize == 12
        func number(_ position: Int, _ size: Int) throws(NativeCodecs.Failure) -> Int {
            guard let value = bytes.little(at: position, size) else { throw .truncated() }
            return value
        }
        let width = isCore ? try number(18, 2) : Int(Int32(truncatingIfNeeded: try number(18, 4)))
        let signedHeight = isCore ? try number(20, 2) : Int(Int32(truncatingIfNeeded: try number(22, 4)))
        bits = try number(isCore ? 24 : 28, 2)
        let compression = isCore ? 0 : try number(30, 4)
        guard width > 0, signedHeight != 0 else { throw .damaged("the size is \(width) x \(signedHeight)") }
        guard start >= 14 + headerSize else { throw .damaged("the pixels begin inside the header") }
        (self.bytes, self.start, isTopDown) = (bytes, start, signedHeight < 0)

        var masks: [Int]?
        switch (compression, bits) {
        case (0, 1), (0, 2), (0, 4), (0, 8), (1, 8), (2, 4): break
        case (0, 16): masks = [0x7C00, 0x3E0, 0x1F]
        case (0, 24), (0, 32): masks = [0xFF_0000, 0xFF00, 0xFF]
        case (3, 16), (3, 32), (6, 16), (6, 32):
            // The masks are the next fields of a long header, and follow a short one.
            masks = [try number(54, 4), try number(58, 4), try number(62, 4)]
            if headerSize >= 56 || compression == 6 {
                let alpha = try number(66, 4)
                if alpha != 0 { masks?.append(alpha) }
            }
        default: throw .unsupported("BMP compression \(compression) with \(bits) bits per pixel")
        }
        let depth: Int, colour: ImageColour
        if let masks {
            var fields: [BitField] = []
            for mask in masks { fields.append(try BitField(mask: mask, bits: bits)) }
            kind = .fields(fields)
            (depth, colour) = (fields.prefix(3).map(\.width).max()!, .rgb)
        } else {
            let used = isCore ? 0 : try number(46, 4)
            let palette = try Self.palette(
                bytes, at: 14 + headerSize, entrySize: isCore ? 3 : 4, end: start, used: used, bits: bits)
            kind = .indices(palette: palette, hasRuns: compression != 0)
            (depth, colour) = (bits, Self.isGreyRamp(palette, bits: bits) ? .grey : .palette)
        }
        let height = signedHeight.magnitude
        header = NativeCodecs.Header(
            width: width, height: Int(height), bitDepth: depth, isFloat: false, colour: colour,
            hasAlpha: masks?.count == 4, orientation: Orientation(code: 1), codedPixels: width * Int(height))
    }

    /// The colours, at most `used` unless that is 0.
    private static func palette(
        _ bytes: [UInt8], at position: Int, entrySize: Int, end: Int, used: Int, bits: Int
    ) throws(NativeCodecs.Failure) -> [UInt8] {
        let room = (min(end, bytes.count) - position) / entrySize
        let count = min(used == 0 ? 1 << bits : used, 1 << bits, room)
        guard count > 0 else { throw end > bytes.count ? .truncated() : .damaged("the palette is missing") }
        return (0..<count).flatMap { index in
            let entry = position + index * entrySize
            return [bytes[entry + 2], bytes[entry + 1], bytes[entry]]
        }
    }

    /// True if the palette holds all shades from black to white, as cameras write grey images.
    private static func isGreyRamp(_ palette: [UInt8], bits: Int) -> Bool {
        palette.count == 3 << bits
            && palette.indices.allSatisfy { Int(palette[$0]) == ($0 / 3) * 255 / ((1 << bits) - 1) }
    }

    /// The decoded planes. The caller has checked the size against its limits.
    func pixels(as rendition: NativeCodecs.Rendition) throws(NativeCodecs.Failure) -> NativeCodecs.Pixels {
        switch kind {
        case .indices(let palette, let hasRuns):
            let indices = hasRuns ? try BitmapRuns(self).indices : try storedIndices()
            return try colours(of: indices, palette, as: rendition)
        case .fields(let fields): return try samples(fields, as: rendition)
        }
    }

    private func colours(
        of indices: [UInt8], _ palette: [UInt8], as rendition: NativeCodecs.Rendition
    ) throws(NativeCodecs.Failure) -> NativeCodecs.Pixels {
        if let highest = indices.max(), 3 * Int(highest) >= palette.count {
            throw .damaged("a pixel has palette index \(highest), but the palette ends at \(palette.count / 3 - 1)")
        }
        let padding = [Float](repeating: 0, count: 768 - palette.count)
        let colours = palette.map { Float($0) / 255 } + padding
        let values: [Float]
        if header.colour == .grey {
            let white = Float((1 << bits) - 1)
            values = indices.map { Float($0) / white }
        } else if rendition == .samples {
            values = indices.map { Float($0) }
        } else {
            values = (0..<3).flatMap { channel in indices.map { colours[3 * Int($0) + channel] } }
        }
        return NativeCodecs.Pixels(values: values, palette: colours, isAlphaUsed: false, strayBytes: 0)
    }

    /// The position of a row, counted from the top, in the decoded plane.
    fileprivate func row(_ stored: Int) -> Int { isTopDown ? stored : header.height - 1 - stored }

    private var stride: Int { (header.width * bits + 31) / 32 * 4 }

    /// Checks that all rows are in the file, before memory for them is allocated.
    private func requireRows() throws(NativeCodecs.Failure) {
        let lastRow = (header.width * bits + 7) / 8
        let present = max(0, bytes.count - start)
        // Some programs omit the padding of the last row.
        let complete = present / stride + (present % stride >= lastRow ? 1 : 0)
        guard complete >= header.height else { throw .truncated(decodedRows: complete) }
    }

    /// Calls a closure with the place of each row in the file and in the image.
    private func eachRow(_ body: (_ position: Int, _ row: Int) -> Void) {
        for stored in 0..<header.height { body(start + stored * stride, row(stored)) }
    }

    private func storedIndices() throws(NativeCodecs.Failure) -> [UInt8] {
        try requireRows()
        var indices = [UInt8](repeating: 0, count: header.pixelCount)
        let width = header.width, perByte = 8 / bits, mask = UInt8(truncatingIfNeeded: 1 << bits - 1)
        eachRow { position, row in
            for x in 0..<width {
                let shift = 8 - bits - x % perByte * bits
                indices[row * width + x] = bytes[position + x / perByte] >> UInt8(shift) & mask
            }
        }
        return indices
    }

    private func samples(
        _ fields: [BitField], as rendition: NativeCodecs.Rendition
    ) throws(NativeCodecs.Failure) -> NativeCodecs.Pixels {
        try requireRows()
        let plane = header.pixelCount, width = header.width, size = bits / 8
        var values = [Float](repeating: 0, count: plane * (rendition == .samples ? fields.count : 3))
        var isAlphaUsed = false
        eachRow { position, row in
            for x in 0..<width {
                var pixel: UInt32 = 0
                for byte in 0..<size { pixel |= UInt32(bytes[position + x * size + byte]) << UInt32(8 * byte) }
                let alpha = fields.count == 4 ? fields[3].value(pixel) : 1
                if alpha != 1 { isAlphaUsed = true }
                let place = row * width + x
                for channel in 0..<3 {
                    let value = fields[channel].value(pixel)
                    values[channel * plane + place] = rendition == .samples ? value : value * alpha
                }
                if fields.count == 4, rendition == .samples { values[3 * plane + place] = alpha }
            }
        }
        return NativeCodecs.Pixels(values: values, palette: [], isAlphaUsed: isAlphaUsed, strayBytes: 0)
    }

    /// Palette indices that are stored as run lengths. Pixels that the runs jump over have index 0.
    private struct BitmapRuns {
        var indices: [UInt8]

        init(_ file: BitmapFile) throws(NativeCodecs.Failure) {
            let bytes = file.bytes, width = file.header.width, height = file.header.height
            indices = [UInt8](repeating: 0, count: file.header.pixelCount)
            var position = file.start, x = 0, stored = 0
            func byte() throws(NativeCodecs.Failure) -> Int {
                guard position < bytes.count else { throw .truncated(decodedRows: stored) }
                position += 1
                return Int(bytes[position - 1])
            }
            func put(_ index: UInt8) throws(NativeCodecs.Failure) {
                guard x < width, stored < height else { throw .damaged("a run leaves row \(stored)") }
                indices[file.row(stored) * width + x] = index
                x += 1
            }
            while true {
                let count = try byte(), second = try byte()
                if count > 0 {
                    for number in 0..<count {
                        try put(
                            file.bits == 8 ? UInt8(second) : number % 2 == 0 ? UInt8(second >> 4) : UInt8(second & 15))
                    }
                } else if second == 0 {  // end of the row
                    (x, stored) = (0, stored + 1)
                } else if second == 1 {  // end of the bitmap
                    return
                } else if second == 2 {  // a jump to the right and to the next rows
                    (x, stored) = (x + (try byte()), stored + (try byte()))
                } else {  // that many pixels one by one, padded to 16 bits
                    var pair = 0
                    let first = position
                    for number in 0..<second {
                        if file.bits == 8 {
                            try put(UInt8(try byte()))
                        } else {
                            if number % 2 == 0 { pair = try byte() }
                            try put(number % 2 == 0 ? UInt8(pair >> 4) : UInt8(pair & 15))
                        }
                    }
                    if (position - first) % 2 == 1 { _ = try byte() }
                }
            }
        }
    }
}
