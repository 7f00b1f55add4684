import AnomalyDetection
import ONNX

extension SegmentationKind {
    /// `Segmenter.maps` as ONNX operators.
    package static func addMaps(_ request: GraphRequest, to graph: inout ONNXGraph) throws -> GraphMaps {
        let networks = try SegmentationPayload(bytes: request.payload, name: request.name)
        try networks.autoencoder.requireFit(request.grid, name: request.name)
        let grid = request.grid.reduced(by: networks.autoencoder.reduction)
        let normalization = networks.autoencoder.normalization
        let tiles = graph.standardised(
            graph.views(graph.reduced(request.image, request.grid, to: grid), by: networks.autoencoder, grid),
            mean: normalization.mean, deviation: [Float](repeating: normalization.deviation, count: 3))
        var autoencoder = NetworkGraph(networks.autoencoder.network, parameters: networks.autoencoder.parameters)
        let difference = graph.add("Sub", [tiles, autoencoder.add(to: &graph, tiles)])
        var segmentation = NetworkGraph(networks.network, parameters: networks.parameters)
        let logit = segmentation.add(to: &graph, tiles, difference)

        // log(1 + e) of small e = exp(-|logit|) without cancellation: 2 atanh(e / (2 + e)).
        let small = graph.add("Exp", [graph.add("Neg", [graph.add("Abs", [logit])])])
        let share = graph.add("Div", [small, graph.add("Add", [small, graph.constant(2)])])
        let rest = graph.add("Mul", [graph.add("Atanh", [share]), graph.constant(2)])
        let values = graph.add("Add", [graph.add("Relu", [logit]), rest])
        let map = graph.joined(values, channels: 1, height: grid.tileHeight, width: grid.tileWidth, grid)
        return GraphMaps(map: graph.enlarged(map, grid, to: request.grid))
    }
}
