/// A portable bitmap, graymap or pixmap: P1 to P6, with a largest sample of up to 65535.
///
/// Source: the manual pages pbm(5), pgm(5) and ppm(5) of Netpbm. Samples are divided by the largest sample of the file.
struct NetpbmFile {
    let header: NativeCodecs.Header
    private let bytes: [UInt8]
    /// The digit after the P.
    private let kind: Int
    private let largest: Int
    private let start: Int

    private var isText: Bool { kind <= 3 }
    /// True for bitmaps, in which 1 is black.
    private var isBilevel: Bool { kind == 1 || kind == 4 }

    init(_ bytes: [UInt8]) throws(NativeCodecs.Failure) {
        self.bytes = bytes
        kind = Int(bytes[1]) - 0x30
        var text = TextNumbers(bytes: bytes, position: 2)
        let width = try text.next("the width"), height = try text.next("the height")
        largest = kind == 1 || kind == 4 ? 1 : try text.next("the largest sample")
        guard width > 0, height > 0 else { throw .damaged("the size is \(width) x \(height)") }
        guard (1...65535).contains(largest) else { throw .damaged("the largest sample is \(largest)") }
        // One white space separates the header from binary samples.
        start = text.position + 1
        header = NativeCodecs.Header(
            width: width, height: height, bitDepth: Int.bitWidth - largest.leadingZeroBitCount, isFloat: false,
            colour: kind % 3 == 0 ? .rgb : .grey, hasAlpha: false, orientation: Orientation(code: 1),
            codedPixels: width * height, largestSample: largest)
    }

    /// The decoded planes. The caller has checked the size against its limits.
    func pixels() throws(NativeCodecs.Failure) -> NativeCodecs.Pixels {
        let channels = header.channels, plane = header.pixelCount
        var text = TextNumbers(bytes: bytes, position: start - 1)
        let rowBytes = isBilevel ? (header.width + 7) / 8 : header.width * channels * (largest > 255 ? 2 : 1)
        if !isText {
            let complete = max(0, bytes.count - start) / rowBytes
            guard complete >= header.height else { throw .truncated(decodedRows: complete) }
        } else if bytes.count - start + 1 < plane * channels {
            // A sample takes a byte at least.
            throw .truncated()
        }
        // Only now, as a short file may claim any size.
        var values = [Float](repeating: 0, count: plane * channels)
        let white = Float(largest)
        for y in 0..<header.height {
            for index in 0..<(header.width * channels) {
                let sample =
                    if isText {
                        kind == 1 ? try text.nextBit(row: y) : try text.next("a sample", row: y)
                    } else {
                        stored(index, row: start + y * rowBytes)
                    }
                guard sample <= largest else { throw .damaged("a sample is \(sample), but the largest is \(largest)") }
                values[index % channels * plane + y * header.width + index / channels] =
                    isBilevel ? Float(1 - sample) : Float(sample) / white
            }
        }
        return NativeCodecs.Pixels(values: values, palette: [], isAlphaUsed: false, strayBytes: 0)
    }

    private func stored(_ index: Int, row: Int) -> Int {
        if isBilevel { return Int(bytes[row + index / 8] >> UInt8(7 - index % 8) & 1) }
        if largest < 256 { return Int(bytes[row + index]) }
        return Int(bytes[row + 2 * index]) << 8 | Int(bytes[row + 2 * index + 1])
    }

    /// Decimal numbers between white space and comments, which begin with # and end with the line.
    private struct TextNumbers {
        let bytes: [UInt8]
        var position: Int

        /// - Parameter row: the number of complete rows, for the message if the text ends.
        mutating func next(_ name: String, row: Int? = nil) throws(NativeCodecs.Failure) -> Int {
            var value = 0, digits = 0
            try skip(row: row)
            while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
                value = value * 10 + Int(bytes[position] - 0x30)
                (position, digits) = (position + 1, digits + 1)
                guard digits <= 9 else { throw .damaged("\(name) has more than 9 digits") }
            }
            guard digits > 0 else { throw .damaged("\(name) is not a number") }
            return value
        }

        /// A digit of P1, which needs no white space after it.
        mutating func nextBit(row: Int) throws(NativeCodecs.Failure) -> Int {
            try skip(row: row)
            position += 1
            guard bytes[position - 1] & 0xFE == 0x30 else { throw .damaged("a pixel is neither 0 nor 1") }
            return Int(bytes[position - 1] & 1)
        }

        private mutating func skip(row: Int?) throws(NativeCodecs.Failure) {
            var isComment = false
            while position < bytes.count {
                let byte = bytes[position]
                if isComment {
                    isComment = byte != 0x0A && byte != 0x0D
                } else if byte == 0x23 {
                    isComment = true
                } else if byte != 0x20, !(0x09...0x0D).contains(byte) {
                    return
                }
                position += 1
            }
            throw .truncated(decodedRows: row)
        }
    }
}
