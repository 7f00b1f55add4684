/// `verdict.json`: the decision whether to promote a new model, with its criteria.
public struct Verdict: Codable, Sendable, Equatable {
    /// A comparison in which the new model can be worse.
    public struct Criterion: Codable, Sendable, Equatable {
        public var name: String
        /// The figure of the model in production; nil if there is none, or the figure is undefined.
        public var champion: Double?
        /// The figure of the anchor, if the new model is compared with it instead of the champion.
        public var anchor: Double?
        /// "anchor"; nil for the model in production.
        public var against: String?
        public var challenger: Double?
        /// The condition under which the challenger is worse, in words.
        public var rule: String
        /// The p-value; nil if the rule has no test.
        public var probability: Double?
        public var isWorse: Bool

        /// The name, with the reference if that is not the model in production.
        public var title: String { against.map { "\(name), against the \($0)" } ?? name }
    }

    /// The version of the format. History: 1 = first; 2 = the anchor.
    static let version = 2

    var version = Verdict.version
    public var isPromoted: Bool
    public var criteria: [Criterion]

    init(_ criteria: [Criterion]) {
        self.criteria = criteria
        isPromoted = !criteria.contains { $0.isWorse }
    }

    /// - Throws: `RetrainingError.newerFormat`, and errors of the decoder.
    public init(bytes: [UInt8]) throws {
        self = try StageJSON.decode(Verdict.self, bytes)
        guard version <= Verdict.version else { throw RetrainingError.newerFormat(what: "verdict", found: version) }
    }

    /// The reason for the decision, in one line.
    public var reason: String {
        let worse = criteria.filter(\.isWorse).map(\.title)
        guard worse.isEmpty else { return "worse: " + worse.joined(separator: ", ") }
        return criteria.contains { $0.champion != nil }
            ? "not worse in any of \(criteria.count) criteria" : "the first one, and finds synthetic defects"
    }
}
