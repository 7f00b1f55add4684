import Folders

/// Image scores from a CSV file with the columns `image` and `score`, and optionally `category` and `kind`, as in the
/// `scores.csv` of a run. Other columns are ignored.
public struct ScoreTable: Sendable {
    public struct Row: Equatable, Sendable {
        /// The line number in the file, from 1.
        public let line: Int
        /// Empty without such a column.
        public let category: String
        public let kind: String
        public let image: String
        public let score: Float
    }

    public let file: String
    /// In file order.
    public let rows: [Row]

    /// Reads a file.
    ///
    /// - Parameter limitBytes: The maximum size of the file.
    /// - Throws: `EvaluationError` if the file cannot be read or is malformed, or if a score is not a finite number.
    public init(path: String, limitBytes: Int = 256 << 20) throws(EvaluationError) {
        try self.init(bytes: try Self.bytes(path, limitBytes), file: path)
    }

    /// Parses the content of a file.
    package init(bytes: [UInt8], file: String) throws(EvaluationError) {
        let table = try CSVTable(bytes, file: file)
        func column(_ name: String) throws(EvaluationError) -> Int {
            guard let index = table.header.firstIndex(of: name) else {
                throw .missingColumn(file: file, column: name, found: table.header)
            }
            return index
        }
        let image = try column("image"), score = try column("score")
        let category = table.header.firstIndex(of: "category"), kind = table.header.firstIndex(of: "kind")
        var rows: [Row] = []
        for row in table.rows {
            guard let value = Float(row.fields[score]), value.isFinite else {
                let fault = "the score \"\(row.fields[score])\" is not a finite number"
                throw .malformedTable(file: file, line: row.line, fault: fault)
            }
            rows.append(
                Row(
                    line: row.line, category: category.map { PathText.name(ofCell: row.fields[$0]) } ?? "",
                    kind: kind.map { PathText.name(ofCell: row.fields[$0]) } ?? "",
                    image: PathText.name(ofCell: row.fields[image]), score: value))
        }
        self.file = file
        self.rows = rows
    }

    private static func bytes(_ path: String, _ limitBytes: Int) throws(EvaluationError) -> [UInt8] {
        let bytes: [UInt8]
        do throws(RegularFile.Fault) {
            // One byte more than the limit, to detect larger files.
            bytes = try RegularFile(path).read(limitBytes + 1)
        } catch {
            guard error != .missing else { throw .missingFile(path: path, content: "image scores") }
            throw .unreadable(path: path, reason: "\(error)")
        }
        guard bytes.count <= limitBytes else { throw .largeTable(file: path, limitBytes: limitBytes) }
        return bytes
    }
}

/// Comma-separated values with a header (RFC 4180). Lines may also end in a single line feed. Empty lines are skipped.
package struct CSVTable: Equatable {
    package struct Row: Equatable {
        /// The number of the row's first line in the file, from 1.
        let line: Int
        package let fields: [String]
    }

    package let header: [String]
    package let rows: [Row]

    /// - Throws: `EvaluationError.malformedTable`.
    package init(_ bytes: [UInt8], file: String) throws(EvaluationError) {
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
                throw .malformedTable(file: file, line: line, fault: "a quotation mark inside a field")
            default: field.append(scalar)
            }
        }
        if isQuoted { throw .malformedTable(file: file, line: firstLine, fault: "a quotation mark is never closed") }
        endRow()
        return rows
    }
}
