import Manifests
import Metrics

/// A trial after its run.
public struct RankedTrial: Sendable {
    /// What became of one model.
    struct Case: Sendable {
        var name, category: String
        var seed: UInt64
        /// Nil where the model was not finished.
        var criterion: Double?
        /// Of the labelled test images; no part of any choice.
        var record: DetectionMetrics
    }

    public let trial: SweepTrial
    /// From 1, the best; nil for a trial without a criterion.
    public internal(set) var rank: Int?
    /// The mean over categories and seeds, higher is better; nil where a model was not finished.
    public let criterion: Double?
    /// The standard deviation between seeds of the means over categories; nil with one seed.
    public let seedSpread: Double?
    /// The standard deviation between categories of the means over seeds; nil with one category.
    public let categorySpread: Double?
    /// Means over the models that have such metrics, for the record.
    public let record: MeanMetrics
    /// Why there is no criterion.
    public let failure: String?
    let cases: [Case]

    init(_ trial: SweepTrial, _ cases: [Case], failure: String?) {
        self.trial = trial
        self.cases = cases
        self.failure = failure
        let criteria = cases.compactMap(\.criterion)
        let isComplete = failure == nil && criteria.count == cases.count
        criterion = isComplete ? RankedTrial.mean(criteria) : nil
        seedSpread = isComplete ? RankedTrial.spread(cases, by: \.seed) : nil
        categorySpread = isComplete ? RankedTrial.spread(cases, by: \.category) : nil
        record = MeanMetrics(cases.map(\.record))
    }

    /// The same trial with other words for its values and its failure.
    func showing(_ values: [JSONValue], failure: String?) -> RankedTrial {
        var shown = RankedTrial(trial.showing(values), cases, failure: failure)
        shown.rank = rank
        return shown
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// The standard deviation of a sample (with n - 1) between the means of groups of models; nil for a single group.
    private static func spread(_ cases: [Case], by key: (Case) -> some Hashable & Comparable) -> Double? {
        let groups = Dictionary(grouping: cases, by: key).sorted { $0.key < $1.key }
        let means = groups.compactMap { mean($0.value.compactMap(\.criterion)) }
        guard means.count > 1, let centre = mean(means) else { return nil }
        let squares = means.map { ($0 - centre) * ($0 - centre) }.reduce(0, +)
        return (squares / Double(means.count - 1)).squareRoot()
    }
}
