import Testing

@testable import Reports

@Suite("Markup")
struct HTMLTests {
    @Test(
        "Text and attribute values are escaped",
        arguments: [
            ("plain, café, 検査, 🧪", "plain, café, 検査, 🧪"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("\" onload=\"x", "&quot; onload=&quot;x"),
            ("' onload='x", "&#39; onload=&#39;x"),
            ("a & b &amp; c", "a &amp; b &amp;amp; c"),
            ("]]> --> </style>", "]]&gt; --&gt; &lt;/style&gt;"),
            ("nul \0 bell \u{7} delete \u{7F}", "nul \u{FFFD} bell \u{FFFD} delete \u{FFFD}"),
            ("\u{202E}gnp.exe\u{2069} – ⁶", "\u{FFFD}gnp.exe\u{FFFD} – ⁶"),
            ("tab\tline\nreturn\r", "tab\tline\nreturn\r"),
            ("", ""),
        ])
    func escaping(text: String, expected: String) {
        #expect(HTML.text(text).render() == expected)
        #expect(HTML("a", ["title": text]) { text }.render() == "<a title=\"\(expected)\">\(expected)</a>")
    }

    @Test("Characters within a grapheme cluster are escaped")
    func graphemeClusters() {
        #expect(HTML.text("<\r\n>").render() == "&lt;\r\n&gt;")
        #expect(HTML.text("<\u{301}").render() == "&lt;\u{301}")
    }

    @Test("Attributes keep their order, and those without a value are omitted")
    func attributes() {
        let html = HTML("td", ["class": "n", "title": nil, "id": "x"])
        #expect(html.render() == "<td class=\"n\" id=\"x\"></td>")
    }

    @Test("Void elements are not closed")
    func voidElements() {
        #expect(HTML("input", ["type": "range"]).render() == "<input type=\"range\">")
        #expect(HTML("br").render() + HTML("path", ["d": "M0 0"]).render() == "<br><path d=\"M0 0\"></path>")
    }

    @Test("Blocks nest, branch and repeat")
    func builder() {
        let isShown = false
        let html = HTML("ol") {
            for name in ["a", "<b>"] { HTML("li") { name } }
            if isShown { "hidden" } else { "!" }
        }
        #expect(html.render() == "<ol><li>a</li><li>&lt;b&gt;</li>!</ol>")
    }
}
