import AnomalyDetection
import Metrics

/// `metrics.json` of a run: `MetricsSummary` and the projection measures of each network.
package struct RunMetrics: Codable {
    package struct Projection: Codable {
        package var trained, untrained: ProjectionMeasures
    }

    package var categories: [String: DetectionMetrics]
    package var mean: MeanMetrics
    package var projection: [String: Projection]?
}
