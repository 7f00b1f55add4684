import ContentStore
import Pipeline
import Stages

/// The comparison of a run with its repetition in a fresh store, task by task.
package struct Reproduction: Sendable {
    package enum Outcome: Sendable, Equatable {
        case equal
        /// The task's key changed: its parameters, version or inputs differ.
        case otherKey([KeyDifference])
        /// Outputs, by name, whose bytes differ for the same key.
        case otherBytes([String])
        /// Only one of the two has a result.
        case missing
    }

    package struct Step: Sendable, Equatable {
        package let task: String
        package let outcome: Outcome
    }

    /// In the order of the graph.
    package let steps: [Step]
    /// The numerical deviation where bytes differ.
    package let deviation: Deviation

    /// The largest deviation that another instruction set may cause; see docs/guide/audit.md, "Reproduce a result".
    package static let tolerance = Deviation(scores: 0.25, metrics: 0.02)

    package var first: Step? { steps.first { $0.outcome != .equal } }
    package var isEqual: Bool { first == nil }
    /// True if all tasks were repeated and the results differ by rounding only.
    package var isWithinTolerance: Bool {
        steps.allSatisfy { step in
            switch step.outcome {
            case .equal, .otherBytes: true
            case .otherKey(let differences):
                differences.allSatisfy {
                    $0.isInput || $0.part == "engine.library" || $0.part.hasPrefix("engine.environment.")
                }
            case .missing: false
            }
        } && deviation.count > 0 && deviation.scores <= Self.tolerance.scores
            && deviation.metrics <= Self.tolerance.metrics
    }

    /// The largest numerical differences between two runs.
    package struct Deviation: Sendable, Equatable {
        /// The largest difference of an image's scores. The unit is the threshold or its distance from the median
        /// normal score, whichever is longer; beyond it the difference is relative to the score.
        package var scores = 0.0
        /// The number of compared values; 0 means that nothing is known.
        package var count = 0
        /// The number of verdicts that changed.
        package var verdicts = 0
        /// The largest difference of an AUROC.
        package var metrics = 0.0
    }

    /// - Parameters:
    ///   - keys: the keys in `run` of the tasks to compare.
    ///   - repeated: the number of the new run in `fresh`.
    /// - Throws: `LineageError.unfinished`, `StoreError`.
    package init(
        of keys: Set<Digest>, run: Int64, _ store: ContentStore, as repeated: Int64, in fresh: ContentStore
    ) throws {
        guard let former = try store.taskKeys(run) else { throw LineageError.unfinished(run: run) }
        guard let latter = try fresh.taskKeys(repeated) else { throw LineageError.unfinished(run: repeated) }
        let wanted = former.entries.filter { keys.contains($0.key) }
        let found = Dictionary(latter.entries.map { ($0.task, $0.key) }) { first, _ in first }
        let before = try store.lookUp(wanted.map(\.key))
        let now = try fresh.lookUp(latter.entries.map(\.key))
        var deviation = Deviation()
        steps = try wanted.map { entry in
            guard let old = before[entry.key], let key = found[entry.task], let new = now[key] else {
                return Step(task: entry.task, outcome: .missing)
            }
            guard old.outputs.map(\.name) == new.outputs.map(\.name) else {
                return Step(task: entry.task, outcome: .otherBytes(["the names of its outputs"]))
            }
            let pairs = old.outputs.compactMap { output in
                new.outputs.first { $0.name == output.name }.map { (output, $0.digest) }
            }
            let differing = pairs.filter { $0.0.digest != $0.1 }
            for (output, digest) in differing {
                // Tasks pass scores on; count verdicts only where they are made.
                let isScoring = try store.recordedKey(entry.key)?.stage == ScoreStage.name
                try deviation.note(output.name, output.digest, store, digest, fresh, isCounted: isScoring)
            }
            if key != entry.key, let left = try store.recordedKey(entry.key), let right = try fresh.recordedKey(key) {
                return Step(task: entry.task, outcome: .otherKey(KeyDifference.between(left, right)))
            }
            return Step(
                task: entry.task,
                outcome: differing.isEmpty && old.references == new.references
                    ? .equal : .otherBytes(differing.map(\.0.name)))
        }
        self.deviation = deviation
    }
}

extension Reproduction.Deviation {
    /// Compares the numbers in `scores.json` and `metrics.json`; other outputs are ignored.
    fileprivate mutating func note(
        _ name: String, _ old: Digest, _ store: ContentStore, _ new: Digest, _ fresh: ContentStore, isCounted: Bool
    ) throws {
        guard try store.contains(old), try fresh.contains(new) else { return }
        if name == "scores.json", let left = try? StageJSON.decode(ScoreIndex.self, try store.read(old)),
            let right = try? StageJSON.decode(ScoreIndex.self, try fresh.read(new))
        {
            let others = Dictionary(right.entries.map { ($0.file, $0) }) { first, _ in first }
            for entry in left.entries {
                count += 1
                guard let other = others[entry.file] else {
                    scores = .infinity
                    continue
                }
                // In units of each threshold, because verdicts depend on these. Thresholds may be about 0.
                let apart = [
                    (Double(entry.score) / Double(entry.threshold), Double(other.score) / Double(other.threshold)),
                    (Double(entry.normalizedScore), Double(other.normalizedScore)),
                ].map { before, now in abs(before - now) / max(abs(before), abs(now), 1) }
                scores = max(scores, apart.filter(\.isFinite).min() ?? .infinity)
                if isCounted, entry.verdict != other.verdict { verdicts += 1 }
            }
        }
        if name == "metrics.json", let left = try? StageJSON.decode(RunMetrics.self, try store.read(old)),
            let right = try? StageJSON.decode(RunMetrics.self, try fresh.read(new))
        {
            for (category, figures) in left.categories {
                guard let others = right.categories[category] else { continue }
                for (figure, other) in [
                    (figures.imageAUROC, others.imageAUROC), (figures.pixelAUROC, others.pixelAUROC),
                ] {
                    guard let figure, let other else { continue }
                    count += 1
                    metrics = max(metrics, abs(figure - other))
                }
            }
        }
    }
}
