import Folders

/// Image scores from a table that any program wrote: comma-separated values with a header that names the columns `image` and
/// `score`, and perhaps `category` and `kind`, as in the `scores.csv` of a run. Further columns are ignored.
public struct ScoreTable: Sendable {
    public struct Row: Equatable, Sendable {
        /// Of the file, from 1.
        public let line: Int
        /// Empty where the table has no such column.
        public let category: String
        public let kind: String
        public let image: String
        public let score: Float
    }

    public let file: String
    /// In the order of the file.
    public let rows: [Row]

    /// - Throws: `EvaluationError` for a file that cannot be read or is no such table, and for a score that is not a finite
    ///   number.
    ///
    /// - Parameter limitBytes: the most that the file may hold.
    public init(path: String, limitBytes: Int = 256 << 20) throws(EvaluationError) {
        try self.init(bytes: try Self.bytes(path, limitBytes), file: path)
    }

    /// From the content of a file.
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
            // One byte more than allowed, to see that there are too many.
            bytes = try RegularFile(path).read(limitBytes + 1)
        } catch {
            guard error != .missing else { throw .missingFile(path: path, content: "image scores") }
            throw .unreadable(path: path, reason: "\(error)")
        }
        guard bytes.count <= limitBytes else { throw .largeTable(file: path, limitBytes: limitBytes) }
        return bytes
    }
}
