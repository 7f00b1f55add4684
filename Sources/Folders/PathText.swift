import Glibc
@_spi(_Unicode) import Swift

/// The text for the bytes of a file name, and the way back.
///
/// The file system knows names as bytes, while a `String` holds Unicode and compares by canonical equivalence. In the
/// text, everything that a `String` could lose, merge or display as something else is escaped as `\xHH`, one escape per
/// byte, with upper-case digits:
///
/// - bytes that are not UTF-8;
/// - characters not in composed form (NFC), so that equal texts always have equal bytes;
/// - control characters, line separators and changes of the writing direction;
/// - marks that would combine with punctuation, such as the "/" beside a name;
/// - a backslash that would otherwise start an escape, as `\x5C`.
///
/// Every other name is its own text. The mapping is injective: different bytes have different texts. Mapping a path as
/// a whole or name by name gives the same result.
public enum PathText {
    /// The text for the bytes of a name or path.
    public static func text(of bytes: some Collection<UInt8>) -> String {
        if bytes.allSatisfy(isPlain) { return String(decoding: bytes, as: UTF8.self) }
        return bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { stableText(exactText(of: $0), escapesHazards: true) }.joined(separator: "/")
    }

    /// The bytes of a text. An escape that `text` never writes, such as `\x2F` for a slash, is literal; so is U+0000,
    /// which no name can contain.
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

    /// The text for a name written by a user, as in a manifest or a table. Escapes in it are interpreted.
    public static func read(_ written: String) -> String { text(of: bytes(of: written)) }

    /// The name for files that programs read: only invalid UTF-8 and ambiguous backslashes are escaped. `read` reverses
    /// it.
    public static func exact(_ text: String) -> String { exactText(of: bytes(of: text)) }

    /// The name as a key of a JSON object, which Swift compares by canonical equivalence: characters that are not
    /// composed stay escaped.
    public static func key(_ text: String) -> String { stableText(exact(text), escapesHazards: false) }

    // MARK: Escapes

    private static let backslash = UInt8(ascii: "\\")

    /// The byte of the escape at a position; nil without one.
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

    /// Control bytes, the backslash, and everything beyond ASCII. Excludes slash, dot and NUL, so that no text leads
    /// elsewhere than it seems to.
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

    /// Decodes bytes, and escapes invalid ones.
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

    /// Escapes characters that are not composed and, optionally, what could disturb a terminal.
    private static func stableText(_ exact: String, escapesHazards: Bool) -> String {
        var text = ""
        for character in exact {
            let isStable = character.unicodeScalars.allSatisfy { $0.value < 0x300 } || isStable(character)
            for scalar in character.unicodeScalars {
                let isEscaped = escapesHazards && isHazard(scalar) || !isStable && !scalar.isASCII
                append(scalar, isEscaped: isEscaped, to: &text)
            }
        }
        // If neighbours compose nevertheless, everything beyond ASCII is escaped.
        if text.unicodeScalars.elementsEqual(text._nfc) { return text }
        text = ""
        for scalar in exact.unicodeScalars {
            append(scalar, isEscaped: !scalar.isASCII || escapesHazards && isHazard(scalar), to: &text)
        }
        return text
    }

    /// True for a composed character that does not combine with adjacent punctuation, such as the "/" of a path.
    private static func isStable(_ character: Character) -> Bool {
        let scalars = character.unicodeScalars
        guard let first = scalars.first, scalars.elementsEqual(String(character)._nfc) else { return false }
        if scalars.contains(where: { $0.isASCII && !$0.properties.isAlphabetic && !("0"..."9").contains($0) }) {
            return false
        }
        return first.isASCII || ("/" + String(character)).count == 2 && (String(character) + "/").count == 2
    }

    /// True for characters that control a terminal or change how the surrounding text is displayed.
    public static func isHazard(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: scalar.properties.isBidiControl
        }
    }
}

extension PathText {
    /// The command-line arguments of this process, program name first.
    public static var arguments: [String] {
        (0..<Int(CommandLine.argc)).compactMap { index in
            guard let argument = unsafe CommandLine.unsafeArgv[index] else { return nil }
            return unsafe text(of: UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
        }
    }

    /// The path in an environment variable; nil if unset.
    public static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe text(of: UnsafeRawBufferPointer(start: value, count: strlen(value)))
    }
}

extension PathText {
    /// Characters that start a formula in a spreadsheet, also in full width.
    private static let formulaStarts: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\t", "\r", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
    ]

    /// The name as a table cell: `exact`, with an apostrophe in front if a spreadsheet would run it as a formula. An
    /// existing apostrophe gets another one, so that `name(ofCell:)` removes exactly one.
    public static func cell(_ text: String) -> String { guarded(exact(text)) }

    /// Other text, such as a message, as a table cell.
    public static func guarded(_ cell: String) -> String { isFormula(cell.unicodeScalars) ? "'" + cell : cell }

    /// The name in a table cell.
    public static func name(ofCell cell: String) -> String {
        let scalars = cell.unicodeScalars
        return read(scalars.first == "'" && isFormula(scalars) ? String(scalars.dropFirst()) : cell)
    }

    /// True for a text that starts like a formula after any apostrophes.
    private static func isFormula(_ scalars: String.UnicodeScalarView) -> Bool {
        scalars.first { $0 != "'" }.map(formulaStarts.contains) ?? false
    }
}

extension String {
    /// The bytes of the path that this text stands for, with a terminating zero, for system calls. The program passes
    /// every path through this property; see `PathText`.
    public var systemPath: [CChar] {
        // Nearly every path is its own text.
        if !utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == 0 }) { return Array(utf8CString) }
        return PathText.bytes(of: self).map { CChar(bitPattern: $0) } + [0]
    }
}
