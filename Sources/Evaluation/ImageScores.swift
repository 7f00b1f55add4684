/// Image scores from a table, keyed by image.
///
/// An image is identified by the end of its path without extension: KIND/STEM, or OBJECT/KIND/STEM if the maps are in
/// folders of objects, including any folders between KIND and STEM. The category counts as the first folder. Folders
/// named `test` are ignored.
public struct ImageScores: Sendable {
    private let file: String
    /// Rows keyed by the end of the image path: folders and stem.
    private var rows: [[String]: [Row]] = [:]

    private struct Row {
        let row: ScoreTable.Row
        /// Folders and stem.
        let parts: [String]
    }

    /// - Parameter hasObjects: True if an object is needed to identify an image.
    /// - Throws: `EvaluationError.repeatedScore` if an image has two scores.
    public init(_ table: ScoreTable, hasObjects: Bool) throws(EvaluationError) {
        file = table.file
        let keyLength = hasObjects ? 3 : 2
        for row in table.rows {
            var parts = Self.parts(row.image)
            if parts.count == 1, !row.kind.isEmpty { parts.insert(row.kind, at: 0) }
            if !row.category.isEmpty { parts.insert(row.category, at: 0) }
            // A path that is too short for a key belongs to no map.
            guard parts.count >= keyLength else { continue }
            if let other = rows[parts]?.first(where: { $0.parts == parts }) {
                throw .repeatedScore(
                    file: file, image: parts.suffix(keyLength).joined(separator: "/"),
                    lines: [other.row.line, row.line])
            }
            for length in keyLength...parts.count {
                rows[Array(parts.suffix(length)), default: []].append(Row(row: row, parts: parts))
            }
        }
    }

    /// Returns the score of an image.
    ///
    /// - Parameters:
    ///   - name: KIND/STEM, possibly with folders in between.
    ///   - object: Nil if the maps are not in folders of objects.
    /// - Throws: `EvaluationError.missingScore`, and `repeatedScore` if two paths end in the name.
    public func score(of name: String, object: String?) throws(EvaluationError) -> Float {
        let key = (object.map { [$0] } ?? []) + name.split(separator: "/").map(String.init)
        let found = rows[key] ?? []
        // A longer path may end in the same key if a folder has the name of a kind. The shortest path is meant.
        guard let shortest = found.map(\.parts.count).min() else {
            throw .missingScore(file: file, image: key.joined(separator: "/"))
        }
        let meant = found.filter { $0.parts.count == shortest }
        guard meant.count == 1 else {
            throw .repeatedScore(file: file, image: key.joined(separator: "/"), lines: meant.map(\.row.line))
        }
        return meant[0].row.score
    }

    /// The folders of a path except `test`, and the file name without extension.
    private static func parts(_ path: String) -> [String] {
        var parts = path.split(separator: "/").map(String.init)
        guard let name = parts.popLast() else { return [] }
        let stem = name.lastIndex(of: ".").map { $0 == name.startIndex ? name : String(name[..<$0]) } ?? name
        return parts.filter { $0 != "test" && $0 != "." } + [stem]
    }
}
