import Foundation
import Imaging

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

    /// The scores of a million images are fewer.
    private static let sizeLimitBytes = 1 << 28

    public let file: String
    /// In the order of the file.
    public let rows: [Row]

    /// - Throws: `EvaluationError` for a file that cannot be read or is no such table, and for a score that is not a finite
    ///   number.
    public init(path: String) throws(EvaluationError) { try self.init(bytes: try Self.bytes(path), file: path) }

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
                    line: row.line, category: category.map { row.fields[$0] } ?? "",
                    kind: kind.map { row.fields[$0] } ?? "", image: row.fields[image], score: value))
        }
        self.file = file
        self.rows = rows
    }

    private static func bytes(_ path: String) throws(EvaluationError) -> [UInt8] {
        guard FileManager.default.fileExists(atPath: path) else {
            throw .missingFile(path: path, content: "image scores")
        }
        do throws(ImagingError) {
            return try FileBytes.read(path: path, maximumBytes: sizeLimitBytes)
        } catch {
            switch error {
            case .empty: return []
            case .unreadable(_, let reason): throw .unreadable(path: path, reason: reason)
            default: throw .unreadable(path: path, reason: "it has more than \(sizeLimitBytes) bytes")
            }
        }
    }
}
