/// Why nothing can be said about a list of scores without labels.
public enum ThresholdsError: Error, Equatable, Sendable {
    case tooFewScores(count: Int, needed: Int)
    case notFinite(index: Int)
    /// All scores are the same number.
    case equalScores(count: Int)
    case invalidOption(name: String, value: String, expected: String)
}

extension ThresholdsError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooFewScores(let count, let needed):
            "There are \(count) scores, expected at least \(needed); add images."
        case .notFinite(let index):
            "Score \(index) is not a finite number, expected one; score its image again."
        case .equalScores(let count):
            "All \(count) scores are equal, expected some that differ; check where they come from."
        case .invalidOption(let name, let value, let expected):
            "The option '\(name)' is \(value), expected \(expected); correct it."
        }
    }
}
