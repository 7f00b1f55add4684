/// Why images cannot be scored.
enum ScoringError: Error, CustomStringConvertible {
    case notFinite(task: String)

    var description: String {
        switch self {
        case .notFinite(let task):
            "\(task): a score is not a finite number: the training diverged. Lower \"learningRate\" or train in float32"
        }
    }
}
