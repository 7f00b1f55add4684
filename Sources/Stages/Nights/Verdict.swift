import ContentStore
import Pipeline
import Statistics

/// `verdict.json`: the decision whether to promote a new model, with its criteria.
package struct Verdict: Codable, Sendable, Equatable {
    /// A comparison in which the new model can be worse.
    package struct Criterion: Codable, Sendable, Equatable {
        package var name: String
        /// The figure of the model in production; nil if absent, or the figure is undefined.
        package var champion: Double?
        /// The figure of the anchor, if the new model is compared with it instead of the champion.
        package var anchor: Double?
        /// "anchor"; nil for the model in production.
        package var against: String?
        package var challenger: Double?
        /// The condition under which the challenger is worse, in words.
        package var rule: String
        /// The p-value; nil if the rule has no test.
        package var probability: Double?
        package var isWorse: Bool

        /// The name, with the reference if that is not the model in production.
        package var title: String { against.map { "\(name), against the \($0)" } ?? name }
    }

    /// The version of the format. History: 1 = first; 2 = the anchor.
    package static let version = 2

    package var version = Verdict.version
    package var isPromoted: Bool
    package var criteria: [Criterion]

    package init(_ criteria: [Criterion]) {
        self.criteria = criteria
        isPromoted = !criteria.contains { $0.isWorse }
    }

    /// - Throws: `NightRecordError.newerFormat`, and errors of the decoder.
    package init(bytes: [UInt8]) throws {
        self = try StageJSON.decode(Verdict.self, bytes)
        guard version <= Verdict.version else { throw NightRecordError.newerFormat(what: "verdict", found: version) }
    }

    /// The reason for the decision, in one line.
    package var reason: String {
        let worse = criteria.filter(\.isWorse).map(\.title)
        guard worse.isEmpty else { return "worse: " + worse.joined(separator: ", ") }
        return criteria.contains { $0.champion != nil }
            ? "not worse in any of \(criteria.count) criteria" : "the first one, and finds synthetic defects"
    }
}
