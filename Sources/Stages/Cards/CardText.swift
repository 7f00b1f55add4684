import Foundation

/// Escaping of untrusted text in Markdown: it is shown verbatim and never interpreted as markup, HTML or a line break.
enum MarkdownText {
    /// The delimiters of CommonMark, its GitHub extensions and formulas.
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
        // GitHub turns bare addresses into links.
        return String(result).replacing("://", with: ":\\//").replacing("www.", with: "www\\.")
    }

    /// True for control characters, line and paragraph separators and bidirectional controls.
    private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// A Markdown table.
    static func table(_ headings: [String], _ rows: [[Cell]]) -> String {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
        let rule = "|" + headings.map { _ in "---|" }.joined()
        return ([line(headings), rule] + rows.map { line($0.map(\.markdown)) }).joined(separator: "\n")
    }

    /// The content of a table cell.
    enum Cell: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
        case text(String)
        /// A digest or the name of a key, without backticks.
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

/// A Markdown table of labelled facts, built row by row.
struct FactRows {
    private var rows: [[MarkdownText.Cell]] = []

    /// - Parameter text: nil omits the row.
    mutating func add(_ label: String, _ text: String?) {
        if let text { rows.append([.text(label), .text(text)]) }
    }

    mutating func add(_ label: String, code: String) { rows.append([.text(label), .code(code)]) }

    var markdown: String { MarkdownText.table(["Property", "Value"], rows) }
}

/// Number formats of cards, independent of the locale.
enum CardNumber {
    static func fixed(_ value: Double, _ decimals: Int) -> String {
        let text = String(format: "%.\(decimals)f", value)
        // Print -0.00 as 0.00.
        return text.hasPrefix("-") && !text.contains { ("1"..."9").contains($0) } ? String(text.dropFirst()) : text
    }

    /// Four significant digits.
    static func significant(_ value: Double) -> String { String(format: "%.4g", value) }

    /// A fraction as a percentage, with one decimal below 10 %, and two digits below 0.05 %.
    static func percent(_ share: Double) -> String {
        let percent = 100 * share
        if percent != 0, abs(percent) < 0.05 { return String(format: "%.2g %%", percent) }
        let text = fixed(percent, abs(percent) < 9.95 && abs(percent - percent.rounded()) > 0.04 ? 1 : 0)
        return text + " %"
    }
}
