extension PathText {
    /// Characters with which a spreadsheet takes the text of a cell for a formula, also in their full-width forms.
    private static let formulaStarts: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\t", "\r", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
    ]

    /// The name as a cell of a table: as `exact` has it, with an apostrophe in front where a spreadsheet would run it as a formula.
    /// An apostrophe that stands there already gets another, so that `name(ofCell:)` takes exactly that one away.
    public static func cell(_ text: String) -> String { guarded(exact(text)) }

    /// Other text, such as a message, as a cell of a table.
    public static func guarded(_ cell: String) -> String { isFormula(cell.unicodeScalars) ? "'" + cell : cell }

    /// The name that a cell holds.
    public static func name(ofCell cell: String) -> String {
        let scalars = cell.unicodeScalars
        return read(scalars.first == "'" && isFormula(scalars) ? String(scalars.dropFirst()) : cell)
    }

    /// True for a text that begins like a formula, apostrophes aside.
    private static func isFormula(_ scalars: String.UnicodeScalarView) -> Bool {
        scalars.first { $0 != "'" }.map(formulaStarts.contains) ?? false
    }
}
