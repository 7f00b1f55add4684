import BinaryCoding
import ONNX

extension RandomKind {
    package static func addMaps(_ request: GraphRequest, to graph: inout ONNXGraph) throws -> GraphMaps {
        let model = try RandomPayload(bytes: request.payload, name: request.name)
        let features = try request.addFeatures(model.source, kind: name, to: &graph)
        guard features.dimensions == model.dimensions else {
            throw FormatError.damaged(
                request.name, what: "\(model.dimensions) dimensions for features of \(features.dimensions)")
        }
        let directions = graph.constant(model.directions, [model.count, model.dimensions])
        let projected = graph.add(
            "Gemm", [graph.reshaped(features.value, [-1, model.dimensions]), directions], ["transB": .int(1)])
        let distance = graph.add(
            "Abs", [graph.add("Sub", [projected, graph.constant(model.medians, [model.count])])])
        let relative = graph.add("Div", [distance, graph.constant(model.deviations, [model.count])])
        let mean = graph.add("ReduceMean", [relative, graph.constant(ints: [1])], ["keepdims": .int(0)])
        return GraphMaps(map: request.addMap(mean, of: features, to: &graph))
    }
}
