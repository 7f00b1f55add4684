/// The scores of a table by image.
///
/// An image is told by the end of its path without the extension: KIND/STEM, or OBJECT/KIND/STEM where the maps lie in
/// folders of objects. A category counts as the first folder; folders called `test` do not count.
public struct ImageScores: Sendable {
    private let file: String
    /// By the folders and the stem of the image.
    private var rows: [[String]: ScoreTable.Row] = [:]

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
            let key = Array(parts.suffix(keyLength))
            if let other = rows.updateValue(row, forKey: key) {
                throw .repeatedScore(file: file, image: key.joined(separator: "/"), lines: [other.line, row.line])
            }
        }
    }

    /// - Parameters:
    ///   - name: KIND/STEM.
    ///   - object: nil where the maps lie in no folders of objects.
    /// - Throws: `EvaluationError.missingScore`.
    public func score(of name: String, object: String?) throws(EvaluationError) -> Float {
        let key = (object.map { [$0] } ?? []) + name.split(separator: "/", maxSplits: 1).map(String.init)
        guard let row = rows[key] else {
            throw .missingScore(file: file, image: key.joined(separator: "/"))
        }
        return row.score
    }

    /// The folders of a path but `test`, and the file's name without its extension.
    private static func parts(_ path: String) -> [String] {
        var parts = path.split(separator: "/").map(String.init)
        guard let name = parts.popLast() else { return [] }
        let stem = name.lastIndex(of: ".").map { $0 == name.startIndex ? name : String(name[..<$0]) } ?? name
        return parts.filter { $0 != "test" && $0 != "." } + [stem]
    }
}
