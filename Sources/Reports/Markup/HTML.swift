/// A fragment of markup that cannot be broken by its data.
///
/// Element and attribute names are literals of the program (`StaticString`); every text and attribute value is
/// escaped when the fragment is written. Only this module can insert trusted markup, for its own style and script.
///
///     HTML("p", ["class": "note"]) { "5 < 6 & "; HTML("b") { name } }
public struct HTML: Sendable {
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

    /// An element with its attributes, in the given order; an attribute whose value is `nil` is left out.
    public init(
        _ element: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:],
        @HTMLBuilder content: () -> HTML = { HTML.empty }
    ) {
        let present = attributes.compactMap { name, value in value.map { (name: name, value: $0) } }
        self.init(.element(element, present, content()))
    }

    public static let empty = HTML(.fragment([]))

    /// Text, shown as it is: nothing in it is taken for markup.
    public static func text(_ text: String) -> HTML { HTML(.text(text)) }

    public static func fragment(_ parts: [HTML]) -> HTML { HTML(.fragment(parts)) }

    /// Markup of the program's own, written as it is. Never data.
    static func trusted(_ markup: String) -> HTML { HTML(.trusted(markup)) }

    /// The markup.
    public func render() -> String {
        var output = ""
        write(to: &output)
        return output
    }

    private func write(to output: inout String) {
        switch node {
        case .text(let text): output += HTMLEscaping.escape(text)
        case .trusted(let markup): output += markup
        case .fragment(let parts):
            for part in parts { part.write(to: &output) }
        case .element(let name, let attributes, let content):
            output += "<\(name)"
            for attribute in attributes {
                output += " \(attribute.name)=\""
                output += HTMLEscaping.escape(attribute.value)
                output += "\""
            }
            output += ">"
            guard !Self.voidElements.contains(name.description) else { return }
            content.write(to: &output)
            output += "</\(name)>"
        }
    }

    /// The elements of this module that HTML forbids to close (HTML Living Standard, 13.1.2).
    private static let voidElements: Set<String> = ["br", "col", "hr", "img", "input", "meta"]
}
