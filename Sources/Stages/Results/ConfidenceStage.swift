import AnomalyDetection
import Pipeline
import VerdictStatistics

/// Computes the confidence of each verdict from the model's calibration scores, and marks uncertain ones for a person
/// to decide. It is a separate task, so that a new tolerance repeats neither scores nor metrics.
package struct ConfidenceStage: Stage {
    package static let name = "confidence"
    /// History: 2 = the range of uncertain verdicts may have no lower end.
    package static let version = 2

    /// See `VerdictConfidence`.
    var tolerance: Double
    /// The threshold that replaces the model's own.
    var threshold: Float?

    package init(tolerance: Double, threshold: Float? = nil) {
        (self.tolerance, self.threshold) = (tolerance, threshold)
    }

    package var outputs: [String] { ["scores.json", "uncertainty.json"] }

    package func run(_ context: TaskContext) throws {
        let calibration = try Model(bytes: try context.read("model"), name: "\(context.task) model").calibration
            .choosing(threshold)
        let rule = try calibration.confidence(tolerance: tolerance)
        var scores = try context.readJSON(ScoreIndex.self, "scores")
        for index in scores.entries.indices {
            scores.entries[index].judge(by: rule)
        }
        let range = rule.uncertainRange
        try context.writeJSON(scores, to: "scores.json")
        try context.writeJSON(
            UncertaintyRecord(
                tolerance: tolerance, lower: (range?.lowerBound).flatMap { $0.isFinite ? $0 : nil },
                upper: range?.upperBound), to: "uncertainty.json")
    }
}

extension ScoreIndex.Entry {
    /// Adds the confidence of the verdict.
    package mutating func judge(by rule: VerdictConfidence) {
        // A handful of calibration images supports no more digits.
        confidence = (rule.confidence(in: score) * 10_000).rounded() / 10_000
        isUncertain = rule.isUncertain(score)
    }
}

/// `uncertainty.json`.
struct UncertaintyRecord: Codable, Equatable {
    var tolerance: Double
    /// The half-open range of scores with uncertain verdicts. `upper` is nil if it is empty, `lower` also if all
    /// verdicts below `upper` are uncertain.
    var lower, upper: Float?
}
