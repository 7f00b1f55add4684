extension JSONParser {
    /// Consumes a string, from its opening to its closing quote.
    mutating func parseString() throws(JSONError) -> String {
        let start = position
        offset += 1
        var text: [UInt8] = []
        var plainStart = offset
        while let byte {
            switch byte {
            case UInt8(ascii: "\""):
                text += bytes[plainStart..<offset]
                offset += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                text += bytes[plainStart..<offset]
                text += String(try parseEscape()).utf8
                plainStart = offset
            case 0x0A, 0x0D: throw error(.unterminatedString(start: start))
            case 0..<0x20: throw error(.controlCharacter(byte))
            case 0..<0x80: offset += 1
            default:
                guard let length = utf8SequenceLength(at: offset) else { throw error(.invalidUTF8(byte)) }
                offset += length
                continuationBytes += length - 1
            }
        }
        throw error(.unterminatedString(start: start))
    }

    private mutating func parseEscape() throws(JSONError) -> Unicode.Scalar {
        let start = position
        offset += 1
        guard let byte else { throw error(.unexpected(found: found, expected: "an escape"), at: start) }
        let simple: Unicode.Scalar? =
            switch byte {
            case UInt8(ascii: "\""): "\""
            case UInt8(ascii: "\\"): "\\"
            case UInt8(ascii: "/"): "/"
            case UInt8(ascii: "b"): "\u{8}"
            case UInt8(ascii: "f"): "\u{C}"
            case UInt8(ascii: "n"): "\n"
            case UInt8(ascii: "r"): "\r"
            case UInt8(ascii: "t"): "\t"
            case UInt8(ascii: "u"): nil
            default: throw error(.invalidEscape("\\" + escapedCharacter), at: start)
            }
        offset += 1
        if let simple { return simple }

        let unit = try parseHexadecimal(escapeStart: start)
        if let scalar = Unicode.Scalar(unit) { return scalar }
        let high = String(decoding: bytes[offset - 6..<offset], as: UTF8.self)
        guard unit < 0xDC00, bytes[offset...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
            throw error(.loneSurrogate(high), at: start)
        }
        let second = position
        offset += 2
        let low = UInt32(try parseHexadecimal(escapeStart: second))
        guard (0xDC00..<0xE000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (low - 0xDC00))
        else { throw error(.loneSurrogate(high), at: start) }
        return scalar
    }

    /// The character after a backslash, for errors.
    private var escapedCharacter: String {
        guard let length = utf8SequenceLength(at: offset), bytes[offset] >= 0x20 else { return "" }
        return String(decoding: bytes[offset..<offset + length], as: UTF8.self)
    }

    /// Consumes the four digits of `\uXXXX`.
    private mutating func parseHexadecimal(escapeStart: SourcePosition) throws(JSONError) -> UInt16 {
        let digits = bytes[offset...].prefix(4)
        let isComplete =
            digits.count == 4 && digits.allSatisfy { $0 < 0x80 && Character(Unicode.Scalar($0)).isHexDigit }
        guard isComplete, let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16) else {
            let valid = digits.prefix { $0.isWordByte }
            throw error(.invalidEscape("\\u" + String(decoding: valid, as: UTF8.self)), at: escapeStart)
        }
        offset += 4
        return unit
    }

    /// Consumes a number.
    mutating func parseNumber() throws(JSONError) -> JSONNumber {
        let start = position
        let first = offset
        if byte == UInt8(ascii: "+") { throw error(.leadingPlus) }
        skipByte(UInt8(ascii: "-"))
        if byte == UInt8(ascii: "0") {
            offset += 1
            if let byte, byte.isDigit { throw error(.leadingZero, at: start) }
        } else {
            try skipDigits(from: first, start)
        }
        if skipByte(UInt8(ascii: ".")) { try skipDigits(from: first, start) }
        if skipByte(UInt8(ascii: "e")) || skipByte(UInt8(ascii: "E")) {
            if !skipByte(UInt8(ascii: "+")) { skipByte(UInt8(ascii: "-")) }
            try skipDigits(from: first, start)
        }
        if let byte, byte.isWordByte || byte == UInt8(ascii: ".") { throw unexpected("',' or the end of the value") }
        let text = String(decoding: bytes[first..<offset], as: UTF8.self)
        guard let number = JSONNumber(validText: text) else {
            throw error(.numberOutOfRange(text.count > 32 ? text.prefix(32) + "..." : text), at: start)
        }
        return number
    }

    @discardableResult
    private mutating func skipByte(_ expected: UInt8) -> Bool {
        guard byte == expected else { return false }
        offset += 1
        return true
    }

    private mutating func skipDigits(from first: Int, _ start: SourcePosition) throws(JSONError) {
        guard let byte, byte.isDigit else {
            throw error(.incompleteNumber(String(decoding: bytes[first..<offset].prefix(32), as: UTF8.self)), at: start)
        }
        while let byte = self.byte, byte.isDigit { offset += 1 }
    }

    /// The length in bytes of the UTF-8 sequence at this offset; nil if malformed (Unicode, table 3-7).
    func utf8SequenceLength(at offset: Int) -> Int? {
        guard offset < bytes.count else { return nil }
        var second: ClosedRange<UInt8> = 0x80...0xBF
        let length: Int
        switch bytes[offset] {
        case 0..<0x80: return 1
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return nil
        }
        guard offset + length <= bytes.count, second.contains(bytes[offset + 1]) else { return nil }
        return bytes[offset + 2..<offset + length].allSatisfy { (0x80...0xBF).contains($0) } ? length : nil
    }
}

extension UInt8 {
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    /// Letters, digits and the underscore, in ASCII.
    var isWordByte: Bool {
        switch self {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"): true
        default: isDigit
        }
    }
}
