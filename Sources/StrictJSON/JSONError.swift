/// A place in a text file: line and column, both counted from 1, columns in Unicode scalars.
public struct SourcePosition: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    public var description: String { "\(line):\(column)" }

    public static func < (left: Self, right: Self) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A fault in a JSON text. Descriptions read "FILE:LINE:COLUMN: fault, expectation, remedy".
public enum JSONError: Error, Equatable, Sendable {
    /// The text breaks the grammar of RFC 8259, or one of the limits of ``JSONParser``.
    case malformed(file: String, at: SourcePosition, fault: Fault)

    /// The fault at the position.
    public enum Fault: Equatable, Sendable {
        case empty
        case byteOrderMark
        case tooLarge(sizeBytes: Int, limitBytes: Int)
        case tooDeep(limit: Int)
        case unexpected(found: String, expected: String)
        case trailingComma(closing: Character)
        case comment
        case singleQuote
        case duplicateKey(String, first: SourcePosition)
        case unsupportedLiteral(String)
        case leadingZero
        case leadingPlus
        case incompleteNumber(String)
        case numberOutOfRange(String)
        case controlCharacter(UInt8)
        case invalidEscape(String)
        case loneSurrogate(String)
        case invalidUTF8(UInt8)
        case unterminatedString(start: SourcePosition)
        case trailingContent(String)
    }

    public var position: SourcePosition {
        switch self {
        case .malformed(_, let position, _): position
        }
    }

    public var fault: Fault {
        switch self {
        case .malformed(_, _, let fault): fault
        }
    }
}

extension JSONError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformed(let file, let position, let fault): "\(file):\(position): \(fault)"
        }
    }
}

extension JSONError.Fault: CustomStringConvertible {
    /// Fault, expectation and remedy in one sentence without the place.
    public var description: String { "found \(found); expected \(expected); \(remedy)" }

    /// The offending text.
    public var found: String {
        switch self {
        case .empty: "no value"
        case .byteOrderMark: "a byte order mark"
        case .tooLarge(let size, _): "\(size) bytes"
        case .tooDeep(let limit): "more than \(limit) levels of arrays and objects"
        case .unexpected(let found, _): found
        case .trailingComma(let closing): "a comma before '\(closing)'"
        case .comment: "a comment"
        case .singleQuote: "a single quote"
        case .duplicateKey(let name, let first): "the key \"\(name.abbreviated)\" again, first at \(first)"
        case .unsupportedLiteral(let text): "'\(text)'"
        case .leadingZero: "a number that begins with a superfluous 0"
        case .leadingPlus: "a number that begins with '+'"
        case .incompleteNumber(let text): "the incomplete number '\(text)'"
        case .numberOutOfRange(let text): "the number \(text)"
        case .controlCharacter(let byte): "the raw control character \(byte.codePointName) in a string"
        case .invalidEscape(let text): "the escape '\(text)'"
        case .loneSurrogate(let text): "\(text), half of a surrogate pair"
        case .invalidUTF8(let byte): "the byte 0x\(String(byte, radix: 16, uppercase: true)), no valid UTF-8"
        case .unterminatedString(let start): "a string without end, begun at \(start)"
        case .trailingContent(let found): "\(found) after the end of the document"
        }
    }

    /// The JSON that the grammar allows here.
    public var expected: String {
        switch self {
        case .empty: "one JSON value"
        case .byteOrderMark: "plain UTF-8"
        case .tooLarge(_, let limit): "at most \(limit) bytes"
        case .tooDeep(let limit): "at most \(limit) levels"
        case .unexpected(_, let expected): expected
        case .trailingComma: "another element after the comma"
        case .comment: "JSON without comments"
        case .singleQuote: "double quotes"
        case .duplicateKey: "every key once in its object"
        case .unsupportedLiteral: "true, false, null, a number, a string, an array or an object"
        case .leadingZero, .leadingPlus, .incompleteNumber: "a number such as 0, -1.5 or 1e-3"
        case .numberOutOfRange: "a magnitude below 1.8e308"
        case .controlCharacter: "an escape"
        case .invalidEscape: #"one of \" \\ \/ \b \f \n \r \t \uXXXX"#
        case .loneSurrogate: #"a high surrogate \uD800-\uDBFF and at once a low one \uDC00-\uDFFF"#
        case .invalidUTF8: "UTF-8 text"
        case .unterminatedString: "a closing double quote"
        case .trailingContent: "the end of the file"
        }
    }

    /// The remedy.
    public var remedy: String {
        switch self {
        case .empty: "write a JSON object"
        case .byteOrderMark: "save the file as UTF-8 without a byte order mark"
        case .tooLarge: "split the file, or point to a folder instead of listing files"
        case .tooDeep: "flatten the document"
        case .unexpected(_, let expected): "write \(expected) here"
        case .trailingComma: "remove the comma"
        case .comment: "remove it, or move the text into a \"description\""
        case .singleQuote: "write \" in place of '"
        case .duplicateKey: "remove or rename one of them"
        case .unsupportedLiteral: "put text between double quotes, and leave out what has no value"
        case .leadingZero: "remove the 0"
        case .leadingPlus: "remove the '+'"
        case .incompleteNumber: "complete the digits"
        case .numberOutOfRange: "write a smaller number"
        case .controlCharacter(let byte): "write \(byte.jsonEscape)"
        case .invalidEscape: #"write \\ for a backslash"#
        case .loneSurrogate: "write the character itself"
        case .invalidUTF8: "save the file as UTF-8"
        case .unterminatedString: "close the string on its own line"
        case .trailingContent: "keep one value per file"
        }
    }
}

extension UInt8 {
    /// "U+000A" for a line feed.
    var codePointName: String {
        let digits = String(self, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    /// The shortest JSON escape of a control character.
    var jsonEscape: String {
        switch self {
        case 0x08: #"\b"#
        case 0x09: #"\t"#
        case 0x0A: #"\n"#
        case 0x0C: #"\f"#
        case 0x0D: #"\r"#
        default: #"\u00"# + (self < 0x10 ? "0" : "") + String(self, radix: 16)
        }
    }
}

extension String {
    /// The first 60 scalars, with "..." where there are more.
    package var abbreviated: String {
        let start = unicodeScalars.prefix(61)
        return start.count > 60 ? String(String.UnicodeScalarView(start.dropLast())) + "..." : self
    }
}
