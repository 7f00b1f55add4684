import BinaryCoding
import ONNX

extension MemoryKind {
    /// The nearest points by a matrix product, and the distances without its cancellation (`NearestPatches`).
    package static func addMaps(_ request: GraphRequest, to graph: inout ONNXGraph) throws -> GraphMaps {
        let memory = try MemoryPayload(bytes: request.payload, name: request.name)
        let features = try request.addFeatures(memory.source, kind: name, to: &graph)
        let (count, dimensions) = (memory.count, memory.dimensions)
        guard features.dimensions == dimensions else {
            throw FormatError.damaged(
                request.name, what: "\(dimensions) dimensions for features of \(features.dimensions)")
        }
        let centred = graph.add("Sub", [features.value, graph.constant(memory.mean, [dimensions])])
        let factors = graph.constant(memory.deviation.map { 1 / $0 }, [dimensions])
        let queries = graph.reshaped(graph.add("Mul", [centred, factors]), [-1, dimensions])
        let points = graph.constant(memory.values, [count, dimensions])
        let squares = (0..<count).map { point in
            memory.values[point * dimensions..<(point + 1) * dimensions].reduce(0) { $0 + $1 * $1 }
        }
        let order = graph.add(
            "Gemm", [queries, points, graph.constant(squares, [count])], ["alpha": .float(-2), "transB": .int(1)])
        let nearest = graph.add("ArgMin", [order], ["axis": .int(1), "keepdims": .int(0)])
        let difference = graph.add("Sub", [queries, graph.add("Gather", [points, nearest])])
        let square = graph.add(
            "ReduceSumSquare", [difference, graph.constant(ints: [1])], ["keepdims": .int(0)])
        let distances = graph.add("Sqrt", [square])
        let map = request.addMap(distances, of: features, to: &graph)
        guard memory.density != .none else { return GraphMaps(map: map) }
        let density = graph.add("Gather", [graph.constant(memory.densities, [count]), nearest])
        let relative = graph.add(memory.density == .subtract ? "Sub" : "Div", [distances, density])
        return GraphMaps(map: map, scoreMap: request.addMap(relative, of: features, to: &graph))
    }
}
