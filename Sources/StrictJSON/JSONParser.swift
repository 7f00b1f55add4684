import Foundation

/// Decodes JSON of this program that may have been edited since.
public enum StrictJSON {
    /// Limit for files written by this program.
    public static let sizeLimitBytes = 1 << 30

    /// Decodes a value from text that `JSONParser` accepts. Of two members with one name, `JSONDecoder` alone takes the
    /// first, where other readers may take the second.
    ///
    /// - Throws: `JSONError` with the position for text that is not strict JSON, `DecodingError` for a wrong shape.
    public static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], file: String = "JSON", sizeLimit: Int = sizeLimitBytes
    ) throws -> Value {
        _ = try JSONParser.parse(bytes, file: file, sizeLimit: sizeLimit)
        return try JSONDecoder().decode(type, from: Data(bytes))
    }

    /// Encodes a value with sorted keys, so that equal values are equal bytes; indented and with a final line break for
    /// people.
    public static func encode(_ value: some Encodable, isIndented: Bool = false) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isIndented { encoder.outputFormatting.insert(.prettyPrinted) }
        return Array(try encoder.encode(value)) + (isIndented ? [UInt8(ascii: "\n")] : [])
    }
}

/// A strict parser for RFC 8259. Every violation is an error with its position.
///
/// Where the RFC leaves a choice, it is strict: keys are unique within their object, numbers lie within double
/// precision, surrogate escapes are paired, and there is no byte order mark. Runs in linear time.
public struct JSONParser {
    /// The maximum nesting of arrays and objects.
    public static let depthLimit = 64
    /// The maximum size of a document, enough for a manifest of some thousand categories.
    public static let sizeLimitBytes = 1 << 20

    let bytes: [UInt8]
    let file: String
    var offset = 0
    var line = 1
    /// Offset of the first byte of the current line.
    var lineStart = 0
    /// UTF-8 continuation bytes of the current line before `offset`, which take up no column.
    var continuationBytes = 0

    /// Parses one JSON document.
    ///
    /// - Parameters:
    ///   - bytes: the whole text in UTF-8.
    ///   - file: the file name for errors.
    ///   - sizeLimit: maximum size in bytes.
    /// - Returns: the value; all values know their positions.
    public static func parse(
        _ bytes: [UInt8], file: String, sizeLimit: Int = sizeLimitBytes
    ) throws(JSONError) -> JSONValue {
        var parser = JSONParser(bytes: bytes, file: file)
        guard bytes.count <= sizeLimit else {
            throw parser.error(.tooLarge(sizeBytes: bytes.count, limitBytes: sizeLimit))
        }
        guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]), !bytes.starts(with: [0xFE, 0xFF]),
            !bytes.starts(with: [0xFF, 0xFE])
        else { throw parser.error(.byteOrderMark) }
        try parser.skipWhitespace()
        guard parser.byte != nil else { throw parser.error(.empty) }
        let value = try parser.parseValue(depth: 0)
        try parser.skipWhitespace()
        guard parser.byte == nil else { throw parser.error(.trailingContent(parser.found)) }
        return value
    }

    /// The byte at `offset`; nil at the end.
    var byte: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    var position: SourcePosition {
        SourcePosition(line: line, column: offset - lineStart - continuationBytes + 1)
    }

    /// A description of the character at `offset`, for errors.
    var found: String {
        guard let byte else { return "the end of the file" }
        if byte < 0x20 || byte == 0x7F { return byte.codePointName }
        guard let length = utf8SequenceLength(at: offset) else {
            return "the byte 0x\(String(byte, radix: 16, uppercase: true))"
        }
        return "'\(String(decoding: bytes[offset..<offset + length], as: UTF8.self))'"
    }

    func error(_ fault: JSONError.Fault, at place: SourcePosition? = nil) -> JSONError {
        .malformed(file: file, at: place ?? position, fault: fault)
    }

    func unexpected(_ expected: String) -> JSONError {
        switch byte {
        case UInt8(ascii: "'"): error(.singleQuote)
        case let byte? where byte >= 0x80 && utf8SequenceLength(at: offset) == nil: error(.invalidUTF8(byte))
        default: error(.unexpected(found: found, expected: expected))
        }
    }

    mutating func skipWhitespace() throws(JSONError) {
        while let byte {
            switch byte {
            case 0x20, 0x09, 0x0D: offset += 1
            case 0x0A:
                offset += 1
                line += 1
                lineStart = offset
                continuationBytes = 0
            case UInt8(ascii: "/"), UInt8(ascii: "#"): throw error(.comment)
            default: return
            }
        }
    }

    private mutating func parseValue(depth: Int) throws(JSONError) -> JSONValue {
        let start = position
        guard let byte else { throw unexpected("a value") }
        switch byte {
        case UInt8(ascii: "{"): return JSONValue(.object(try parseObject(depth: depth + 1)), at: start)
        case UInt8(ascii: "["): return JSONValue(.array(try parseArray(depth: depth + 1)), at: start)
        case UInt8(ascii: "\""): return JSONValue(.string(try parseString()), at: start)
        case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return JSONValue(.number(try parseNumber()), at: start)
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            return JSONValue(try parseLiteral(), at: start)
        default: throw unexpected("a value")
        }
    }

    private mutating func parseLiteral() throws(JSONError) -> JSONValue.Content {
        let start = position
        let word = String(decoding: bytes[offset...].prefix(32).prefix { $0.isWordByte }, as: UTF8.self)
        offset += word.utf8.count
        switch word {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        default: throw error(.unsupportedLiteral(word), at: start)
        }
    }

    private mutating func parseArray(depth: Int) throws(JSONError) -> [JSONValue] {
        try enter(depth: depth)
        var elements: [JSONValue] = []
        if skip(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try parseValue(depth: depth))
            if try endOfElement(closing: "]") { return elements }
        }
    }

    private mutating func parseObject(depth: Int) throws(JSONError) -> [JSONMember] {
        try enter(depth: depth)
        var members: [JSONMember] = []
        // Keyed by bytes, because `String` would equate canonically equivalent names.
        var places: [[UInt8]: SourcePosition] = [:]
        if skip(UInt8(ascii: "}")) { return members }
        while true {
            guard byte == UInt8(ascii: "\"") else { throw unexpected("a key between double quotes") }
            let namePosition = position
            let name = try parseString()
            if let first = places.updateValue(namePosition, forKey: Array(name.utf8)) {
                throw error(.duplicateKey(name, first: first), at: namePosition)
            }
            try skipWhitespace()
            guard byte == UInt8(ascii: ":") else { throw unexpected("':' after the key") }
            offset += 1
            try skipWhitespace()
            members.append(JSONMember(name, try parseValue(depth: depth), namePosition: namePosition))
            if try endOfElement(closing: "}") { return members }
        }
    }

    /// Consumes an opening bracket and the white space after it.
    private mutating func enter(depth: Int) throws(JSONError) {
        guard depth <= Self.depthLimit else { throw error(.tooDeep(limit: Self.depthLimit)) }
        offset += 1
        try skipWhitespace()
    }

    private mutating func skip(_ expected: UInt8) -> Bool {
        guard byte == expected else { return false }
        offset += 1
        return true
    }

    /// Consumes a comma and the white space after it, or the closing bracket; returns true for the bracket.
    private mutating func endOfElement(closing: Unicode.Scalar) throws(JSONError) -> Bool {
        try skipWhitespace()
        if skip(UInt8(ascii: closing)) { return true }
        guard byte == UInt8(ascii: ",") else { throw unexpected("',' or '\(closing)'") }
        let comma = position
        offset += 1
        try skipWhitespace()
        if byte == UInt8(ascii: closing) { throw error(.trailingComma(closing: Character(closing)), at: comma) }
        return false
    }
}
