/// `verdict.json`: whether a new model may take the place of the one in production, with the numbers.
public struct Verdict: Codable, Sendable, Equatable {
    /// One way in which a model can be worse.
    public struct Criterion: Codable, Sendable, Equatable {
        public var name: String
        /// Nil where there is no model in production, or the figure is not defined.
        public var champion: Double?
        /// In place of `champion` where the new model is compared with the anchor.
        public var anchor: Double?
        /// "anchor"; nil for the model in production.
        public var against: String?
        public var challenger: Double?
        /// In words: what makes the challenger worse.
        public var rule: String
        /// Of a test; nil where the rule has none.
        public var probability: Double?
        public var isWorse: Bool

        /// With what it is compared with, where that is not the model in production.
        public var title: String { against.map { "\(name), against the \($0)" } ?? name }
    }

    /// Of the format. History: 1 = first; 2 = the anchor.
    static let version = 2

    var version = Verdict.version
    public var isPromoted: Bool
    public var criteria: [Criterion]

    init(_ criteria: [Criterion]) {
        self.criteria = criteria
        isPromoted = !criteria.contains { $0.isWorse }
    }

    /// - Throws: `RetrainingError.newerFormat`, and what the decoder throws.
    public init(bytes: [UInt8]) throws {
        self = try StageJSON.decode(Verdict.self, bytes)
        guard version <= Verdict.version else { throw RetrainingError.newerFormat(what: "verdict", found: version) }
    }

    /// One line for people.
    public var reason: String {
        let worse = criteria.filter(\.isWorse).map(\.title)
        guard worse.isEmpty else { return "worse: " + worse.joined(separator: ", ") }
        return criteria.contains { $0.champion != nil }
            ? "not worse in any of \(criteria.count) criteria" : "the first one, and finds synthetic defects"
    }
}
