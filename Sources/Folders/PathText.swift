@_spi(_Unicode) import Swift

/// The text that stands for the name of a file inside the program, and its way back to bytes.
///
/// The file system knows names as bytes, while a `String` compares by canonical equivalence and holds Unicode alone. So a name
/// becomes a text in which everything that a `String` could lose, merge or show as something else is written as `\xHH`, one for
/// each byte, with upper-case digits:
///
/// - bytes that are not UTF-8;
/// - characters that are not in composed form (NFC), so that equal texts always have equal bytes;
/// - control characters, line separators and changes of the writing direction;
/// - marks that would become one character with punctuation, such as the "/" beside a name;
/// - a backslash in front of what would be read as such an escape, as `\x5C`.
///
/// Every other name is its own text. The mapping is injective: different bytes have different texts. A path is mapped as a whole
/// or name by name, with the same result.
public enum PathText {
    /// The text of a name or path.
    public static func text(of bytes: some Collection<UInt8>) -> String {
        if bytes.allSatisfy(isPlain) { return String(decoding: bytes, as: UTF8.self) }
        return bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { stableText(exactText(of: $0), escapesHazards: true) }.joined(separator: "/")
    }

    /// The bytes that a text stands for. An escape that `text` never writes, such as `\x2F` for a slash, is not one, and
    /// stands for itself; so does U+0000, which no name can hold.
    public static func bytes(of text: String) -> [UInt8] {
        let written = Array(text.utf8)
        if !written.contains(where: { $0 == backslash || $0 == 0 }) { return written }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(written.count)
        var position = 0
        while position < written.count {
            if let byte = escape(in: written, at: position) {
                bytes.append(byte)
                position += 4
            } else {
                if written[position] == 0 { bytes += "\\x00".utf8 } else { bytes.append(written[position]) }
                position += 1
            }
        }
        return bytes
    }

    /// The text of the name that somebody wrote down, such as in a manifest or a table: escapes in it count, and all the rest
    /// stands for itself.
    public static func read(_ written: String) -> String { text(of: bytes(of: written)) }

    /// The name for files that programs read: exactly as it is, except that bytes that are not UTF-8, and a backslash that
    /// would be read as an escape, are escaped. `read` takes it back.
    public static func exact(_ text: String) -> String { exactText(of: bytes(of: text)) }

    /// As `exact`, for the keys of a JSON object, which Swift compares by canonical equivalence: what is not composed stays
    /// escaped.
    public static func key(_ text: String) -> String { stableText(exact(text), escapesHazards: false) }

    // MARK: Escapes

    private static let backslash = UInt8(ascii: "\\")

    /// The byte that the escape at a position stands for; nil where there is none.
    private static func escape<Bytes: RandomAccessCollection<UInt8>>(in bytes: Bytes, at position: Bytes.Index)
        -> UInt8?
    {
        guard bytes[position] == backslash, bytes.distance(from: position, to: bytes.endIndex) >= 4 else { return nil }
        let digits = bytes[bytes.index(position, offsetBy: 1)...].prefix(3)
        guard digits.first == UInt8(ascii: "x") else { return nil }
        var value: UInt8 = 0
        for digit in digits.dropFirst() {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | (digit - UInt8(ascii: "0"))
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | (digit - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return isEscapable(value) ? value : nil
    }

    /// Control bytes, the backslash, and all that is not ASCII. Never a slash, a dot or NUL, so no text leads elsewhere than it
    /// seems to.
    private static func isEscapable(_ byte: UInt8) -> Bool {
        (1..<0x20).contains(byte) || byte == backslash || byte >= 0x7F
    }

    private static func isPlain(_ byte: UInt8) -> Bool { (0x20..<0x7F).contains(byte) && byte != backslash }

    private static func appendEscape(_ byte: UInt8, to text: inout String) {
        let digits = String(byte, radix: 16, uppercase: true)
        text += digits.utf8.count == 1 ? "\\x0" + digits : "\\x" + digits
    }

    private static func append(_ scalar: Unicode.Scalar, isEscaped: Bool, to text: inout String) {
        if isEscaped {
            for byte in UTF8.encode(scalar)! { appendEscape(byte, to: &text) }
        } else {
            text.unicodeScalars.append(scalar)
        }
    }

    /// The bytes as text with invalid ones escaped.
    private static func exactText(of bytes: some Collection<UInt8>) -> String {
        let bytes = Array(bytes)
        var text = ""
        var parser = UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var position = 0
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded):
                let scalar = UTF8.decode(encoded)
                append(scalar, isEscaped: escape(in: bytes, at: position) != nil, to: &text)
                position += encoded.count
            case .error(let length):
                for byte in bytes[position..<position + length] { appendEscape(byte, to: &text) }
                position += length
            case .emptyInput: return text
            }
        }
    }

    // MARK: Characters

    /// The text with all that is not composed escaped, and, where that is wanted, what a terminal obeys.
    private static func stableText(_ exact: String, escapesHazards: Bool) -> String {
        var text = ""
        for character in exact {
            let isStable = character.unicodeScalars.allSatisfy { $0.value < 0x300 } || isStable(character)
            for scalar in character.unicodeScalars {
                let isEscaped = escapesHazards && isHazard(scalar) || !isStable && !scalar.isASCII
                append(scalar, isEscaped: isEscaped, to: &text)
            }
        }
        // Should two neighbours compose all the same, nothing but ASCII is left as it is.
        if text.unicodeScalars.elementsEqual(text._nfc) { return text }
        text = ""
        for scalar in exact.unicodeScalars {
            append(scalar, isEscaped: !scalar.isASCII || escapesHazards && isHazard(scalar), to: &text)
        }
        return text
    }

    /// True for a composed character that stays one character of its own next to punctuation, also to the "/" of a path.
    private static func isStable(_ character: Character) -> Bool {
        let scalars = character.unicodeScalars
        guard let first = scalars.first, scalars.elementsEqual(String(character)._nfc) else { return false }
        if scalars.contains(where: { $0.isASCII && !$0.properties.isAlphabetic && !("0"..."9").contains($0) }) {
            return false
        }
        return first.isASCII || ("/" + String(character)).count == 2 && (String(character) + "/").count == 2
    }

    /// True for what a terminal obeys or what changes how the text around it is shown.
    public static func isHazard(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: scalar.properties.isBidiControl
        }
    }
}
