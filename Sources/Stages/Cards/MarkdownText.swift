/// Text from files and people inside of Markdown: shown as it is, and never taken for markup, HTML or an end of its line.
enum MarkdownText {
    /// Characters that begin or end something in CommonMark, in GitHub's extensions of it, or in formulas.
    private static let marks: Set<Unicode.Scalar> = ["\\", "`", "*", "_", "{", "}", "[", "]", "|", "~", "#", "$", "@"]

    static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case _ where marks.contains(scalar):
                result.append("\\")
                result.append(scalar)
            case _ where isUnseen(scalar): result.append("\u{FFFD}")
            default: result.append(scalar)
            }
        }
        // GitHub makes links of bare addresses.
        return String(result).replacing("://", with: ":\\//").replacing("www.", with: "www\\.")
    }

    /// Control characters, line and paragraph separators, and what turns the direction of writing.
    private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// A table. Cells are text, unless they are marked otherwise.
    static func table(_ headings: [String], _ rows: [[Cell]]) -> String {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
        let rule = "|" + headings.map { _ in "---|" }.joined()
        return ([line(headings), rule] + rows.map { line($0.map(\.markdown)) }).joined(separator: "\n")
    }

    /// What stands in a cell of a table.
    enum Cell: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
        case text(String)
        /// Digests and names of keys; holds no backtick.
        case code(String)

        init(stringLiteral value: String) { self = .text(value) }

        var markdown: String {
            switch self {
            case .text(let text): MarkdownText.escaped(text)
            case .code(let text): "`\(text)`"
            }
        }
    }
}
