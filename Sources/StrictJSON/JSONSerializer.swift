/// Writes JSON values as text.
public enum JSONSerializer {
    /// A canonical text for hashing and comparison: no spaces, names sorted by Unicode scalars, numbers as
    /// ``JSONNumber/canonicalText``, and only mandatory escapes. Equal values give equal bytes.
    public static func canonical(_ value: JSONValue) -> String {
        var text = ""
        writeCanonical(value, to: &text)
        return text
    }

    /// A readable text: two spaces per level, members in order, numbers as written, arrays of scalars on one line, a
    /// final line feed.
    public static func pretty(_ value: JSONValue) -> String {
        var text = ""
        writePretty(value, indentation: "", to: &text)
        return text + "\n"
    }

    private static func writeCanonical(_ value: JSONValue, to text: inout String) {
        switch value.content {
        case .number(let number): text += number.canonicalText
        case .array(let elements):
            write(elements, between: "[", "]", separator: ",", to: &text) { writeCanonical($0, to: &$1) }
        case .object(let members):
            write(members.sortedByName(), between: "{", "}", separator: ",", to: &text) { member, text in
                writeString(member.name, to: &text)
                text += ":"
                writeCanonical(member.value, to: &text)
            }
        default: writeScalar(value, to: &text)
        }
    }

    private static func writePretty(_ value: JSONValue, indentation: String, to text: inout String) {
        let inner = "\n" + indentation + "  "
        let outer = "\n" + indentation
        switch value.content {
        case .array(let elements) where elements.allSatisfy(\.isScalar):
            write(elements, between: "[", "]", separator: ", ", to: &text) { writeScalar($0, to: &$1) }
        case .array(let elements):
            write(elements, between: "[" + inner, outer + "]", separator: "," + inner, to: &text) { element, text in
                writePretty(element, indentation: indentation + "  ", to: &text)
            }
        case .object(let members) where members.isEmpty: text += "{}"
        case .object(let members):
            write(members, between: "{" + inner, outer + "}", separator: "," + inner, to: &text) { member, text in
                writeString(member.name, to: &text)
                text += ": "
                writePretty(member.value, indentation: indentation + "  ", to: &text)
            }
        default: writeScalar(value, to: &text)
        }
    }

    private static func write<Element>(
        _ elements: [Element], between opening: String, _ closing: String, separator: String, to text: inout String,
        writeElement: (Element, inout String) -> Void
    ) {
        text += opening
        for (index, element) in elements.enumerated() {
            if index > 0 { text += separator }
            writeElement(element, &text)
        }
        text += closing
    }

    private static func writeScalar(_ value: JSONValue, to text: inout String) {
        switch value.content {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let number): text += number.text
        case .string(let string): writeString(string, to: &text)
        case .array, .object: fatalError("an \(value.typeName) is not a scalar")
        }
    }

    private static func writeString(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += #"\""#
            case "\\": text += #"\\"#
            case "\u{0}"..<"\u{20}": text += UInt8(scalar.value).jsonEscape
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension JSONValue {
    /// True unless the value is an array or object.
    package var isScalar: Bool {
        switch content {
        case .array, .object: false
        default: true
        }
    }
}
