import Foundation

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

/// How numbers are written in cards: independent of locale, the same on every machine.
enum CardNumber {
    static func fixed(_ value: Double, _ decimals: Int) -> String {
        let text = String(format: "%.\(decimals)f", value)
        // -0.00 is 0.00.
        return text.hasPrefix("-") && !text.contains { ("1"..."9").contains($0) } ? String(text.dropFirst()) : text
    }

    /// Four significant digits.
    static func significant(_ value: Double) -> String { String(format: "%.4g", value) }

    /// A share as a percentage: whole, but for shares below 10 %.
    static func percent(_ share: Double) -> String {
        let percent = 100 * share
        let text = fixed(percent, abs(percent) < 9.95 && abs(percent - percent.rounded()) > 0.04 ? 1 : 0)
        return text + " %"
    }

    static func plural(_ count: Int, _ singular: String, _ plural: String) -> String {
        "\(count) \(count == 1 ? singular : plural)"
    }
}
