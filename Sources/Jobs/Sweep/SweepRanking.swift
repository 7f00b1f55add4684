import ContentStore
import Manifests
import Metrics
import Pipeline
import Stages

/// The trials of a sweep, ranked by their criterion.
///
/// Metrics of labelled test images are recorded only and never compared.
package struct SweepRanking: Sendable {
    package let manifest: SweepManifest
    /// Sorted by rank, then trials without a criterion in the order of the sweep.
    package let trials: [RankedTrial]
}

extension SweepRanking {
    /// - Parameter summary: the summary of a run of the sweep's graph that was not cancelled.
    /// - Throws: `StoreError` if a result is unreadable.
    package init(_ sweep: Sweep, _ summary: ExecutionSummary, _ store: ContentStore) throws {
        manifest = sweep.manifest
        let failures = Dictionary(summary.failures.map { ($0.task, $0) }) { first, _ in first }
        let judged = try zip(sweep.trials, sweep.cases).map { trial, models in
            var failure: String?
            let cases = try models.map { item in
                let criterion = try SweepRanking.criterion(of: item, summary, store)
                if criterion == nil, failure == nil {
                    failure = SweepRanking.reason(item, sweep.graph, failures)
                }
                return RankedTrial.Case(
                    name: item.name, category: item.category, seed: item.seed, criterion: criterion,
                    record: try SweepRanking.record(of: item, summary, store))
            }
            return RankedTrial(trial, cases, failure: failure)
        }
        trials = SweepRanking.ranked(judged)
    }

    /// The best trial; nil if none has a criterion.
    package var best: RankedTrial? { trials.first { $0.rank == 1 } }

    /// A caveat for readers of the ranking.
    package var caution: String? {
        guard trials.count > 1, let best, let first = best.criterion, let second = trials[1].criterion else {
            return nil
        }
        guard let spread = best.seedSpread else {
            return "one seed: give several \"seeds\" to see how much of a difference is chance"
        }
        guard first - second < spread else { return nil }
        return "\(best.trial.name) and \(trials[1].trial.name) differ by less than the spread between seeds"
    }

    /// Sorts trials by descending criterion; the sort is stable.
    static func ranked(_ trials: [RankedTrial]) -> [RankedTrial] {
        let known = trials.enumerated().compactMap { place, trial in
            trial.criterion.map { (place: place, criterion: $0, trial: trial) }
        }.sorted { $0.criterion != $1.criterion ? $0.criterion > $1.criterion : $0.place < $1.place }.map(\.trial)
        return known.enumerated().map { place, trial in
            var ranked = trial
            ranked.rank = place + 1
            return ranked
        } + trials.filter { $0.criterion == nil }
    }

    private static func criterion(
        of item: Sweep.Case, _ summary: ExecutionSummary, _ store: ContentStore
    ) throws -> Double? {
        guard let digest = summary.output(of: item.assess, named: "assessment.json") else { return nil }
        let criterion = try StageJSON.decode(Assessment.self, try store.read(digest)).criterion
        return criterion.isFinite ? criterion : nil
    }

    private static func record(
        of item: Sweep.Case, _ summary: ExecutionSummary, _ store: ContentStore
    ) throws -> DetectionMetrics {
        guard let digest = summary.output(of: item.metrics, named: "metrics.json") else { return DetectionMetrics() }
        return try StageJSON.decode(CategoryMetrics.self, try store.read(digest)).figures
    }

    /// The first failure among the dependencies of the assessment.
    private static func reason(
        _ item: Sweep.Case, _ graph: TaskGraph, _ failures: [TaskID: ExecutionSummary.Failure]
    ) -> String {
        for task in graph.part(neededFor: [item.assess]) {
            if let failure = failures[task.id] { return "\(failure.task): \(failure.message)" }
        }
        return "\(item.assess): no criterion"
    }
}

/// The result of a trial.
package struct RankedTrial: Sendable {
    struct Case: Sendable {
        var name, category: String
        var seed: UInt64
        /// Nil if the model was not finished.
        var criterion: Double?
        /// Metrics of the labelled test images, for the record only.
        var record: DetectionMetrics
    }

    package let trial: SweepTrial
    /// The rank, 1 for the best; nil without a criterion.
    package internal(set) var rank: Int?
    /// The mean over categories and seeds, higher is better; nil if a model was not finished.
    package let criterion: Double?
    /// The standard deviation over seeds of the means over categories; nil with one seed.
    package let seedSpread: Double?
    /// The standard deviation over categories of the means over seeds; nil with one category.
    package let categorySpread: Double?
    /// Mean test metrics over the models that have them, for the record.
    package let record: MeanMetrics
    /// The reason for a missing criterion.
    package let failure: String?
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

    /// A copy with redacted values and failure.
    func showing(_ values: [JSONValue], failure: String?) -> RankedTrial {
        var shown = RankedTrial(trial.showing(values), cases, failure: failure)
        shown.rank = rank
        return shown
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// The sample standard deviation (n - 1) of the means of groups of models; nil for a single group.
    private static func spread(_ cases: [Case], by key: (Case) -> some Hashable & Comparable) -> Double? {
        let groups = Dictionary(grouping: cases, by: key).sorted { $0.key < $1.key }
        let means = groups.compactMap { mean($0.value.compactMap(\.criterion)) }
        guard means.count > 1, let centre = mean(means) else { return nil }
        let squares = means.map { ($0 - centre) * ($0 - centre) }.reduce(0, +)
        return (squares / Double(means.count - 1)).squareRoot()
    }
}
