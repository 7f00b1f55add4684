/// How the trials of a sweep are chosen.
public enum SearchMethod: Sendable, Equatable {
    /// Every combination of the listed values.
    case grid
    /// Independent draws.
    case random(samples: Int, seed: UInt64)

    /// The most trials of a sweep.
    static let trialLimit = 1000

    /// - Parameter object: the section `search` of a resolved sweep.
    init(_ object: JSONValue) {
        switch object.text("method") {
        case "random": self = .random(samples: object.whole("samples"), seed: UInt64(object.whole("seed")))
        default: self = .grid
        }
    }
}
