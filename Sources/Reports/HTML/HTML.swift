/// A fragment of markup that its data cannot break.
///
/// Names of elements and attributes are literals of the program (`StaticString`). Texts and attribute values are
/// escaped on rendering. Only the program's own styles and scripts are inserted as trusted markup.
///
///     HTML("p", ["class": "note"]) { "5 < 6 & "; HTML("b") { name } }
struct HTML: Sendable {
    private indirect enum Node: Sendable {
        case text(String)
        case trusted(String)
        case fragment([HTML])
        case element(StaticString, [(name: StaticString, value: String)], HTML)
    }

    private let node: Node

    private init(_ node: Node) {
        self.node = node
    }

    /// An element with its attributes in the given order. Attributes with the value `nil` are omitted.
    init(
        _ element: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:],
        @HTMLBuilder content: () -> HTML = { HTML.empty }
    ) {
        let present = attributes.compactMap { name, value in value.map { (name: name, value: $0) } }
        self.init(.element(element, present, content()))
    }

    static let empty = HTML(.fragment([]))

    /// Plain text; markup in it is escaped.
    static func text(_ text: String) -> HTML { HTML(.text(text)) }

    static func fragment(_ parts: [HTML]) -> HTML { HTML(.fragment(parts)) }

    /// A style sheet or script of the program, inserted unescaped. Never pass data.
    static func trusted(_ file: [UInt8]) -> HTML { HTML(.trusted(String(decoding: file, as: UTF8.self))) }

    func render() -> String {
        var output = ""
        write(to: &output)
        return output
    }

    private func write(to output: inout String) {
        switch node {
        case .text(let text): output += Self.escape(text)
        case .trusted(let markup): output += markup
        case .fragment(let parts):
            for part in parts { part.write(to: &output) }
        case .element(let name, let attributes, let content):
            output += "<\(name)"
            for attribute in attributes { output += " \(attribute.name)=\"\(Self.escape(attribute.value))\"" }
            output += ">"
            guard !Self.voidElements.contains(name.description) else { return }
            content.write(to: &output)
            output += "</\(name)>"
        }
    }

    /// The elements used here that must not be closed (HTML Living Standard, 13.1.2).
    private static let voidElements: Set<String> = ["br", "col", "hr", "img", "input", "meta"]

    /// Escapes text for element content and quoted attribute values.
    ///
    /// The five markup characters become references. Control characters other than tab, line feed and carriage return
    /// become U+FFFD, and so do bidirectional overrides, which make "gnp.exe" look like "exe.png".
    private static func escape(_ text: String) -> String {
        guard text.utf8.contains(where: needsEscape) else { return text }
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

    private static func needsEscape(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): true
        // In UTF-8, U+2000...U+2FFF begin with 0xE2; the bidirectional overrides are among them.
        default: byte < 0x20 || byte == 0x7F || byte == 0xE2
        }
    }
}

/// Builds markup from nested blocks. Strings in a block are text.
@resultBuilder
enum HTMLBuilder {
    static func buildExpression(_ html: HTML) -> HTML { html }
    static func buildExpression(_ text: String) -> HTML { .text(text) }
    static func buildBlock(_ parts: HTML...) -> HTML { .fragment(parts) }
    static func buildArray(_ parts: [HTML]) -> HTML { .fragment(parts) }
    static func buildOptional(_ part: HTML?) -> HTML { part ?? .empty }
    static func buildEither(first part: HTML) -> HTML { part }
    static func buildEither(second part: HTML) -> HTML { part }
}
