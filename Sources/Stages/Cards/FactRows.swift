/// A table of labelled facts in Markdown, line by line.
struct FactRows {
    private var rows: [[MarkdownText.Cell]] = []

    /// - Parameter text: nil leaves the line out.
    mutating func add(_ label: String, _ text: String?) {
        if let text { rows.append([.text(label), .text(text)]) }
    }

    mutating func add(_ label: String, code: String) { rows.append([.text(label), .code(code)]) }

    var markdown: String { MarkdownText.table(["Property", "Value"], rows) }
}
