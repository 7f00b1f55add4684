import AnomalyDetection
import ContentStore
import Folders
import Imaging
import Metrics
import Pipeline

/// Collects the figures of all categories into the exported `metrics.json`, `scores.json` and `scores.csv`.
package struct AggregateStage: Stage {
    package static let name = "aggregate"
    /// History: 3 = scores with confidence; 4 = names in cells that spreadsheets do not take for formulas, and names of
    /// any bytes; 5 = regions, metrics of parts and kinds.
    package static let version = 5

    /// The categories in the order of the job.
    var categories: [String]

    package init(categories: [String]) {
        self.categories = categories
    }

    package var outputs: [String] { ["metrics.json"] + ScoreTables.names }

    package func run(_ context: TaskContext) throws {
        var figures: [String: DetectionMetrics] = [:]
        var rows: [ScoreRow] = []
        for (number, category) in categories.enumerated() {
            figures[category] = try context.readJSON(CategoryMetrics.self, "metrics.\(number)").figures
            for entry in try context.readJSON(ScoreIndex.self, "scores.\(number)").entries {
                rows.append(ScoreRow(category: category, entry))
            }
        }
        let summary = MetricsSummary(figures, order: categories)
        let metrics = RunMetrics(
            categories: summary.categories, mean: summary.mean, projection: try projection(context))
        try context.write(try StageJSON.pretty(metrics), to: "metrics.json")
        for (name, bytes) in try ScoreTables.files(rows) { try context.write(bytes, to: name) }
    }
}

extension AggregateStage {
    /// The projection measures of each category's detector; nil if none is a projection or has an assessment.
    private func projection(_ context: TaskContext) throws -> [String: RunMetrics.Projection]? {
        var measures: [String: RunMetrics.Projection] = [:]
        for (number, category) in categories.enumerated() where context.hasInput("assessment.\(number)") {
            let assessment = try context.readJSON(Assessment.self, "assessment.\(number)")
            guard let trained = assessment.projection, let untrained = assessment.projectionBeforeTraining else {
                continue
            }
            measures[category] = RunMetrics.Projection(trained: trained, untrained: untrained)
        }
        return measures.isEmpty ? nil : measures
    }
}
