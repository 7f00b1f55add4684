import AnomalyDetection
import ONNX

extension GraphRequest {
    /// Adds the patch features of the detector's network.
    ///
    /// - Throws: `ModelGraphError`, `InferenceError`.
    func addFeatures(_ source: FeatureSource, kind: String, to graph: inout ONNXGraph) throws -> FeatureGraph {
        guard !source.foreground else { throw ModelGraphError.foreground(name, kind: kind) }
        guard let backbone else { throw ModelGraphError.backbone(name) }
        return try FeatureGraph(&graph, image: image, backbone.graph, taps: source.taps, grid: grid)
    }

    /// The map of images from the values of their patches, in their order.
    func addMap(_ values: GraphValue, of features: FeatureGraph, to graph: inout ONNXGraph) -> GraphValue {
        graph.joined(
            graph.reshaped(values, [-1, 1, features.rows, features.columns]), channels: 1, height: features.rows,
            width: features.columns, grid)
    }
}
