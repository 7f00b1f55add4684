/// The scores of a table by image.
///
/// An image is told by the end of its path without the extension: KIND/STEM, or OBJECT/KIND/STEM where the maps lie in
/// folders of objects, with the folders between KIND and STEM that the map has. A category counts as the first folder; folders called `test` do not count.
public struct ImageScores: Sendable {
    private let file: String
    /// By the ends of the images' paths: folders and stem.
    private var rows: [[String]: [Row]] = [:]

    private struct Row {
        let row: ScoreTable.Row
        /// Folders and stem.
        let parts: [String]
    }

    /// - Parameter hasObjects: whether an image needs its object to be told.
    /// - Throws: `EvaluationError.repeatedScore` for an image with two scores.
    public init(_ table: ScoreTable, hasObjects: Bool) throws(EvaluationError) {
        file = table.file
        let keyLength = hasObjects ? 3 : 2
        for row in table.rows {
            var parts = Self.parts(row.image)
            if parts.count == 1, !row.kind.isEmpty { parts.insert(row.kind, at: 0) }
            if !row.category.isEmpty { parts.insert(row.category, at: 0) }
            // What is too short for a key is the score of no map.
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

    /// - Parameters:
    ///   - name: KIND/STEM, perhaps with folders between.
    ///   - object: nil where the maps lie in no folders of objects.
    /// - Throws: `EvaluationError.missingScore`, and `repeatedScore` where two paths end in that name.
    public func score(of name: String, object: String?) throws(EvaluationError) -> Float {
        let key = (object.map { [$0] } ?? []) + name.split(separator: "/").map(String.init)
        let found = rows[key] ?? []
        // Of a path and a longer one, that of an image in a folder called like the kind, the first is meant.
        guard let shortest = found.map(\.parts.count).min() else {
            throw .missingScore(file: file, image: key.joined(separator: "/"))
        }
        let meant = found.filter { $0.parts.count == shortest }
        guard meant.count == 1 else {
            throw .repeatedScore(file: file, image: key.joined(separator: "/"), lines: meant.map(\.row.line))
        }
        return meant[0].row.score
    }

    /// The folders of a path but `test`, and the file's name without its extension.
    private static func parts(_ path: String) -> [String] {
        var parts = path.split(separator: "/").map(String.init)
        guard let name = parts.popLast() else { return [] }
        let stem = name.lastIndex(of: ".").map { $0 == name.startIndex ? name : String(name[..<$0]) } ?? name
        return parts.filter { $0 != "test" && $0 != "." } + [stem]
    }
}
