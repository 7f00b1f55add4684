/// Escaping that holds in element content and in quoted attribute values alike.
enum HTMLEscaping {
    /// Replaces the five characters with a meaning in markup by references, and by U+FFFD what has no place in a
    /// name: control characters other than tab, line feed and carriage return, and the bidirectional overrides that
    /// make "gnp.exe" look like "exe.png".
    static func escape(_ text: String) -> String {
        guard text.utf8.contains(where: isSpecial) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\t", "\n", "\r": escaped.unicodeScalars.append(scalar)
            case "\0"..<" ", "\u{7F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
                escaped.unicodeScalars.append("\u{FFFD}")
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// U+2000...U+2FFF start with this byte in UTF-8.
    private static let firstByteOfOverrides: UInt8 = 0xE2

    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): true
        default: byte < 0x20 || byte == 0x7F || byte == firstByteOfOverrides
        }
    }
}
