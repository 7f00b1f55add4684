/// Finds the name that a misspelt one was meant to be.
enum Spelling {
    /// Longer names are not compared, so that hostile input stays cheap.
    private static let lengthLimit = 64

    /// The nearest of the known names, where it is near enough to be meant: a third of its length, at least one letter.
    static func nearest(to name: String, among known: [String]) -> String? {
        guard name.unicodeScalars.prefix(lengthLimit + 1).count <= lengthLimit else { return nil }
        let typed = Array(name.lowercased().unicodeScalars)
        var best: (name: String, distance: Int)?
        for candidate in known {
            let distance = distance(typed, Array(candidate.lowercased().unicodeScalars))
            let limit = max(1, candidate.unicodeScalars.count / 3)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// The number of insertions, deletions, replacements and swaps of neighbours between two texts
    /// (optimal string alignment distance).
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for (row, scalar) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = min(
                    previous[column] + (scalar == other ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, scalar == right[column - 1], left[row - 1] == other {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
