import Folders

/// Text on its way to a terminal or a log.
enum TerminalText {
    /// The text with every character that a terminal obeys, or that changes the writing direction, as `\uXXXX`, which JSON reads as
    /// the same character. Line feeds and tabs stay.
    static func harmless(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20..<0x7F).contains($0) || $0 == 0x0A || $0 == 0x09 }
        if isPlain { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar != "\n", scalar != "\t", PathText.isHazard(scalar) {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += ("\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits).unicodeScalars
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}

/// Prints to standard output; in place of the standard library's, so that no text of this program reaches a terminal otherwise.
func print(_ text: Any, terminator: String = "\n") {
    Swift.print(TerminalText.harmless("\(text)"), terminator: terminator)
}
