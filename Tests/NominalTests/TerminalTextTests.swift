import Testing

@testable import nominal

/// What reaches a terminal, whatever text an error or a table is made of.
@Suite struct TerminalTextTests {
    @Test(
        "control characters and changes of direction are shown as escapes of JSON",
        arguments: [
            ("plain ü日", "plain ü日"), ("a\nb\tc", "a\nb\tc"), ("\u{1b}[31m", "\\u001B[31m"), ("a\rb", "a\\u000Db"),
            ("\u{9b}1m", "\\u009B1m"), ("\u{202e}gnp", "\\u202Egnp"), ("\u{2028}", "\\u2028"), ("\u{7f}", "\\u007F"),
        ])
    func harmless(text: String, shown: String) { #expect(TerminalText.harmless(text) == shown) }
}
