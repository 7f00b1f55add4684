/// The structure of a JPEG 2000 file: the boxes of a JP2, if any, and the markers of the codestream.
///
/// It is checked before OpenJPEG sees the file. OpenJPEG allocates tables in proportion to counts that a file of a few
/// bytes can claim (tiles, components, code-blocks, layers), and makes up pixels of missing tiles.
///
/// Source: ITU-T T.800, annexes A (codestream) and I (JP2).
struct JPEG2000File {
    private(set) var header: NativeCodecs.Header
    /// The ICC profile of the colour specification; nil without one.
    private(set) var profile: ArraySlice<UInt8>?
    private let bytes: [UInt8]
    private var hasAlpha = false
    private var components = 0, tiles = 0, levels = 0, layers = 0
    private var isReversible = false

    /// Code-blocks and precincts of fewer samples take far more memory than their pixels.
    private static let leastBlockArea = 8

    init(_ bytes: [UInt8]) throws(NativeCodecs.Failure) {
        self.bytes = bytes
        header = NativeCodecs.Header(
            width: 0, height: 0, bitDepth: 0, isFloat: false, colour: .grey, hasAlpha: false,
            orientation: Orientation(code: 1), codedPixels: 0)
        var codestream: Range<Int>?
        if bytes.big(at: 0, 4) == 0xFF4F_FF51 {
            codestream = bytes.indices
        } else {
            try eachBox(in: bytes.indices) { type, content throws(NativeCodecs.Failure) in
                if type == "jp2h" { try readColours(content) }
                if type == "jp2c", codestream == nil { codestream = content }
            }
        }
        guard let codestream else { throw .truncated() }
        try readSize(at: codestream.lowerBound)
        try readCodestream(codestream)
        let colours = components - (hasAlpha ? 1 : 0)
        guard colours == 1 || colours == 3 else {
            throw .unsupported("\(components) colour components\(hasAlpha ? " with alpha" : "")")
        }
        let (width, height, depth) = (header.width, header.height, header.bitDepth)
        header = NativeCodecs.Header(
            width: width, height: height, bitDepth: depth, isFloat: false, colour: colours == 3 ? .rgb : .grey,
            hasAlpha: hasAlpha, orientation: Orientation(code: 1),
            codedPixels: NativeCodecs.Header.product(width, height),
            largestSample: 1 << depth - 1, isLossy: !isReversible)
    }

    private func eachBox(
        in range: Range<Int>, _ body: (_ type: String, _ content: Range<Int>) throws(NativeCodecs.Failure) -> Void
    ) throws(NativeCodecs.Failure) {
        var position = range.lowerBound
        while position < range.upperBound {
            guard let length = bytes.big(at: position, 4), position + 8 <= range.upperBound else { throw .truncated() }
            let type = String(decoding: bytes[(position + 4)..<(position + 8)], as: UTF8.self)
            var (start, end) = (position + 8, position + length)
            if length == 0 { end = range.upperBound }
            if length == 1 {
                guard let high = bytes.big(at: start, 4), let low = bytes.big(at: start + 4, 4) else {
                    throw .truncated()
                }
                (start, end) = (start + 8, position + min(high, 1 << 24) << 32 + low)
            }
            guard end >= start else { throw .damaged("a box of \(length) bytes") }
            guard end <= range.upperBound else { throw .truncated() }
            try body(type, start..<end)
            position = end
        }
    }

    private mutating func readColours(_ content: Range<Int>) throws(NativeCodecs.Failure) {
        var hasColour = false, hasAlpha = false, profile: ArraySlice<UInt8>?
        try eachBox(in: content) { type, box throws(NativeCodecs.Failure) in
            let start = box.lowerBound
            switch type {
            case "pclr": throw .unsupported("a palette in JPEG 2000")
            case "colr":
                if hasColour { return }  // readers use the first one
                hasColour = true
                if bytes[box].first == 2 { profile = bytes[box].dropFirst(3) }
                guard bytes[box].first == 1, box.count >= 7, let space = bytes.big(at: start + 3, 4) else { return }
                switch space {
                case 16, 17: break
                case 12: throw .unsupported("CMYK colour")
                case 18: throw .unsupported("YCC colour in JPEG 2000")
                default: throw .unsupported("JPEG 2000 colour space \(space)")
                }
            case "cdef":
                let entries = bytes.big(at: start, 2) ?? 0
                guard box.count >= 2 + 6 * entries else { throw .damaged("the channel definitions are incomplete") }
                for entry in 0..<entries {
                    let kind = bytes.big(at: start + 2 + 6 * entry + 2, 2)
                    if kind == 1 || kind == 2 { hasAlpha = true }
                }
            default: break
            }
        }
        (self.hasAlpha, self.profile) = (hasAlpha, profile)
    }

    private mutating func readSize(at start: Int) throws(NativeCodecs.Failure) {
        guard bytes.count >= start + 42 else { throw .truncated() }
        guard bytes.big(at: start, 4) == 0xFF4F_FF51 else { throw .damaged("no codestream at byte \(start)") }
        let fields = (0..<8).map { bytes.big(at: start + 8 + 4 * $0, 4)! }
        let (width, height) = (fields[0] - fields[2], fields[1] - fields[3])
        components = bytes.big(at: start + 40, 2)!
        guard width > 0, height > 0, fields[4] > 0, fields[5] > 0, fields[6] <= fields[2], fields[7] <= fields[3] else {
            throw .damaged("the size is \(width) x \(height)")
        }
        guard (1...4).contains(components) else { throw .unsupported("\(components) colour components") }
        guard bytes.count >= start + 42 + 3 * components else { throw .truncated() }
        let samples = (0..<components).map { Array(bytes[(start + 42 + 3 * $0)..<(start + 45 + 3 * $0)]) }
        guard samples.allSatisfy({ $0 == samples[0] }), samples[0][1] == 1, samples[0][2] == 1 else {
            throw .unsupported("JPEG 2000 components of different sizes or depths")
        }
        guard samples[0][0] < 16 else {
            throw .unsupported(samples[0][0] < 128 ? "\(Int(samples[0][0]) + 1) bits per sample" : "signed samples")
        }
        let columns = (fields[0] - fields[6] + fields[4] - 1) / fields[4]
        let rows = (fields[1] - fields[7] + fields[5] - 1) / fields[5]
        tiles = NativeCodecs.Header.product(columns, rows)
        header = NativeCodecs.Header(
            width: width, height: height, bitDepth: Int(samples[0][0]) + 1, isFloat: false, colour: .grey,
            hasAlpha: false, orientation: Orientation(code: 1), codedPixels: NativeCodecs.Header.product(width, height))
    }

    /// Walks the markers of the main header and of all tile-parts.
    private mutating func readCodestream(_ codestream: Range<Int>) throws(NativeCodecs.Failure) {
        let end = codestream.upperBound
        var position = codestream.lowerBound + 2, tilePartEnd: Int?
        var seen = 0
        while true {
            guard let marker = bytes.big(at: position, 2), position + 2 <= end else { throw .truncated() }
            if marker == 0xFFD9, tilePartEnd == nil { break }
            if marker == 0xFF93 {
                guard let next = tilePartEnd else { throw .damaged("data outside of tiles") }
                (position, tilePartEnd) = (next, nil)
                continue
            }
            guard let length = bytes.big(at: position + 2, 2) else { throw .truncated() }
            guard marker > 0xFF4F, length >= 2 else { throw .damaged("marker \(String(marker, radix: 16))") }
            guard position + 2 + length <= end else { throw .truncated() }
            if marker == 0xFF52 { try readCoding(at: position + 4, end: position + 2 + length, fields: 5) }
            if marker == 0xFF53 { try readCoding(at: position + 4, end: position + 2 + length, fields: 2) }
            if marker == 0xFF90 {
                guard tilePartEnd == nil, length == 10, let size = bytes.big(at: position + 6, 4) else {
                    throw .damaged("a tile inside a tile")
                }
                // 0 means up to the end marker.
                let next = size == 0 ? end - 2 : position + size
                guard size == 0 || size >= 14 else { throw .damaged("a tile of \(size) bytes") }
                guard next <= end - 2 else { throw .truncated() }
                tilePartEnd = next
                if bytes[position + 10] == 0 { seen += 1 }
            }
            position += 2 + length
            if let next = tilePartEnd, position >= next { throw .damaged("a tile without data") }
        }
        // Each packet of a tile takes a byte at least.
        guard seen == tiles, tiles * layers * (levels + 1) <= codestream.count else {
            throw seen < tiles ? .truncated() : .damaged("\(tiles) tiles in \(codestream.count) bytes")
        }
    }

    /// Reads a coding style of all components (`fields` 5: style, progression, layers, transform) or of one (2:
    /// component, style).
    private mutating func readCoding(at start: Int, end: Int, fields: Int) throws(NativeCodecs.Failure) {
        guard end - start >= fields + 5 else { throw .damaged("a coding style of \(end - start) bytes") }
        let values = bytes[start..<end]
        let style = values[start + (fields == 5 ? 0 : 1)]
        let coding = start + fields
        if fields == 5 { layers = max(layers, bytes.big(at: start + 2, 2) ?? 0) }
        levels = max(levels, Int(values[coding]))
        let blockArea = Int(values[coding + 1] & 15) + 2 + Int(values[coding + 2] & 15) + 2
        isReversible = values[coding + 4] == 1
        var areas = [blockArea]
        if style & 1 == 1 {
            areas += values[(coding + 5)...].map { Int($0 & 15) + Int($0 >> 4) }
        }
        guard levels <= 32, areas.allSatisfy({ $0 >= Self.leastBlockArea }) else {
            throw .unsupported("JPEG 2000 with blocks of fewer than \(1 << Self.leastBlockArea) samples")
        }
    }
}
