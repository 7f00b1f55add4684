/// A table of comma-separated values with a header, as RFC 4180 describes it; lines may also end in a single line feed, and
/// empty ones are skipped.
struct CSVTable: Equatable {
    struct Row: Equatable {
        /// Of the file, from 1; where the row begins.
        let line: Int
        let fields: [String]
    }

    let header: [String]
    let rows: [Row]

    /// - Throws: `EvaluationError.malformedTable`.
    init(_ bytes: [UInt8], file: String) throws(EvaluationError) {
        guard var text = String(validating: bytes, as: UTF8.self) else {
            throw .malformedTable(file: file, line: 1, fault: "the file is not UTF-8 text")
        }
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        var rows = try Self.rows(of: text, file: file)
        guard !rows.isEmpty else { throw .malformedTable(file: file, line: 1, fault: "the file is empty") }
        header = rows.removeFirst().fields
        for row in rows where row.fields.count != header.count {
            let fault = "\(row.fields.count) fields where the header has \(header.count)"
            throw .malformedTable(file: file, line: row.line, fault: fault)
        }
        self.rows = rows
    }

    private static func rows(of text: String, file: String) throws(EvaluationError) -> [Row] {
        var rows: [Row] = []
        var fields: [String] = []
        var field = String.UnicodeScalarView()
        var line = 1, firstLine = 1
        var isQuoted = false, wasQuoted = false
        func endRow() {
            let isEmpty = fields.isEmpty && field.isEmpty && !wasQuoted
            fields.append(String(field))
            if !isEmpty { rows.append(Row(line: firstLine, fields: fields)) }
            (fields, field, wasQuoted) = ([], String.UnicodeScalarView(), false)
        }
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            if scalar == "\n" { line += 1 }
            switch scalar {
            case "\"" where isQuoted && rest.first == "\"":
                rest.removeFirst()
                field.append(scalar)
            case "\"" where isQuoted: isQuoted = false
            case _ where isQuoted: field.append(scalar)
            case "\"" where field.isEmpty && !wasQuoted: (isQuoted, wasQuoted) = (true, true)
            case ",":
                fields.append(String(field))
                (field, wasQuoted) = (String.UnicodeScalarView(), false)
            case "\r" where rest.first == "\n": continue
            case "\n":
                endRow()
                firstLine = line
            case _ where wasQuoted || scalar == "\"":
                throw .malformedTable(file: file, line: line, fault: "a quotation mark inside of a field")
            default: field.append(scalar)
            }
        }
        if isQuoted { throw .malformedTable(file: file, line: firstLine, fault: "a quotation mark is never closed") }
        endRow()
        return rows
    }
}
