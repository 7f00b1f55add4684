import AnomalyDetection
import Glibc
import NeuralNetworks
import ONNX

extension AutoencoderKind {
    package static func addMaps(_ request: GraphRequest, to graph: inout ONNXGraph) throws -> GraphMaps {
        let payload = try AutoencoderPayload(bytes: request.payload, name: request.name)
        try payload.require(request.scoring, request.grid, name: request.name)
        let grid = request.grid.reduced(by: payload.reduction)
        let drawing = AutoencoderGraph(
            payload: payload, grid: grid, scoring: request.scoring, quantization: request.quantization)
        let reduced = graph.reduced(request.image, request.grid, to: grid)
        let views = graph.views(reduced, by: payload, grid)
        // Tiles that are joined again differ from the image in the last bits.
        let image =
            payload.input == .pixels
            ? reduced
            : graph.joined(views, channels: 3, height: grid.tileHeight, width: grid.tileWidth, grid)
        return GraphMaps(
            map: graph.enlarged(drawing.addMap(of: image, views: views, to: &graph), grid, to: request.grid))
    }
}

/// The normalised error of an autoencoder as ONNX operators (`Autoencoder.maps`).
private struct AutoencoderGraph {
    let payload: AutoencoderPayload
    /// The grid of the images that the network sees.
    let grid: TileGrid
    let scoring: ScoringParameters
    let quantization: NetworkQuantization?

    /// - Parameters:
    ///   - image: the image in the form that the network sees.
    ///   - views: its tiles.
    func addMap(of image: GraphValue, views: GraphValue, to graph: inout ONNXGraph) -> GraphValue {
        let reconstruction = addReconstruction(of: views, to: &graph)
        let difference = graph.add("Sub", [image, reconstruction])
        let shorterSide = min(grid.width, grid.height)
        var errors: [GraphValue] = []
        for level in 0..<scoring.levels {
            let averaged = graph.boxFilter(
                difference, grid, size: ErrorPyramid.side(level: level, shorterSide: shorterSide),
                passes: ErrorPyramid.passes)
            let squares = graph.add("Mul", [averaged, averaged])
            let error = graph.add("ReduceMean", [squares, graph.constant(ints: [1])])
            guard level < payload.expectedErrors.count else { return error }
            let weights = payload.expectedErrors[level].weights(width: grid.width, height: grid.height)
            errors.append(graph.add("Mul", [error, graph.constant(weights, [1, 1, grid.height, grid.width])]))
        }
        let first = errors.removeFirst()
        let sum = errors.reduce(first) { graph.add("Add", [$0, $1]) }
        let mean = graph.add("Div", [sum, graph.constant(Float(scoring.levels))])
        guard let response = payload.contrastResponse else { return mean }
        return graph.add("Div", [mean, addExpectation(response, of: reconstruction, to: &graph)])
    }

    private func addReconstruction(of views: GraphValue, to graph: inout ONNXGraph) -> GraphValue {
        let (mean, deviation) = (payload.normalization.mean, payload.normalization.deviation)
        let tiles = graph.standardised(
            views, mean: mean, deviation: [deviation, deviation, deviation])
        var network = NetworkGraph(payload.network, parameters: payload.parameters, quantization: quantization)
        let output = graph.add("Mul", [network.add(to: &graph, tiles), graph.constant(deviation)])
        let restored = graph.add("Add", [output, graph.constant(mean, [1, 3, 1, 1])])
        return graph.joined(restored, channels: 3, height: grid.tileHeight, width: grid.tileWidth, grid)
    }

    /// The error to expect of the contrast at each pixel (`ContrastResponse`).
    private func addExpectation(
        _ response: ContrastResponse, of reconstruction: GraphValue, to graph: inout ONNXGraph
    ) -> GraphValue {
        let (width, height) = (grid.width, grid.height)
        let across = graph.filter(reconstruction, down: .identity(height), across: .difference(width))
        let down = graph.filter(reconstruction, down: .difference(height), across: .identity(width))
        let squares = [across, down].map { graph.add("Mul", [$0, $0]) }
        let sum = graph.add("ReduceSum", [graph.add("Add", squares), graph.constant(ints: [1])])
        let boxSize = payload.contrastBoxSize(scoring, width: width, height: height)
        let contrast = graph.boxFilter(sum, grid, size: boxSize, passes: 1)

        let bins = response.values.count
        let positive = graph.add("Add", [graph.add("Max", [contrast, graph.constant(0)]), graph.constant(1e-12)])
        let logarithm = graph.add("Mul", [graph.add("Log", [positive]), graph.constant(Float(1 / log(2.0)))])
        let octave = graph.add(
            "Clip",
            [
                graph.add("Add", [logarithm, graph.constant(Float(bins))]), graph.constant(0),
                graph.constant(Float(bins - 1)),
            ])
        let bin = graph.add("Floor", [octave])
        let share = graph.add("Sub", [octave, bin])
        let index = graph.cast(bin, .int64)
        let low = graph.add("Gather", [graph.constant(response.values, [bins]), index])
        let next = Array(response.values.dropFirst()) + response.values.suffix(1)
        let high = graph.add("Gather", [graph.constant(next, [bins]), index])
        let rest = graph.add("Sub", [graph.constant(1), share])
        return graph.add("Add", [graph.add("Mul", [low, rest]), graph.add("Mul", [high, share])])
    }
}
