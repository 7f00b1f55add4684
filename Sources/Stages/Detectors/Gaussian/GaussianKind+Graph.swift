import BinaryCoding
import ONNX

extension GaussianKind {
    /// The Mahalanobis distance by a product with the inverse of the Cholesky factor.
    package static func addMaps(_ request: GraphRequest, to graph: inout ONNXGraph) throws -> GraphMaps {
        let model = try GaussianPayload(bytes: request.payload, name: request.name)
        let features = try request.addFeatures(model.source, kind: name, to: &graph)
        let (count, patches) = (model.dimensions, features.rows * features.columns)
        let all = request.grid.count * patches
        guard model.places == 1 || model.places == all, model.channels.allSatisfy({ $0 < features.dimensions }) else {
            throw FormatError.damaged(request.name, what: "\(model.places) places for images of \(all)")
        }
        let channels = graph.constant(ints: model.channels.map { Int($0) })
        var values = graph.add("Gather", [features.value, channels], ["axis": .int(2)])
        // Places x N x channels: a product of matrices for each place.
        let places = model.places == 1 ? [1, -1, count] : [-1, all, count]
        values = graph.reshaped(values, places)
        if model.places > 1 { values = graph.add("Transpose", [values], ["perm": .ints([1, 0, 2])]) }
        values = graph.add("Sub", [values, graph.constant(model.means, [model.places, 1, count])])
        let inverses = (0..<model.places).flatMap { Cholesky.inverseTransposed(model.factors, place: $0, count) }
        values = graph.add("MatMul", [values, graph.constant(inverses, [model.places, count, count])])
        let square = graph.add("ReduceSumSquare", [values, graph.constant(ints: [2])], ["keepdims": .int(0)])
        var distances = graph.add("Sqrt", [square])
        if model.places > 1 { distances = graph.add("Transpose", [distances], ["perm": .ints([1, 0])]) }
        return GraphMaps(map: request.addMap(distances, of: features, to: &graph))
    }
}

extension Cholesky {
    /// The transposed inverse of a factor: dimensions x dimensions.
    ///
    /// - Parameter factors: packed lower triangles, one for each place.
    static func inverseTransposed(_ factors: [Float], place: Int, _ dimensions: Int) -> [Float] {
        let first = place * count(dimensions)
        func factor(_ row: Int, _ column: Int) -> Double { Double(factors[first + count(row) + column]) }
        // Row `column` holds a column of the inverse, by forward substitution of a unit vector.
        var inverse = [Double](repeating: 0, count: dimensions * dimensions)
        for column in 0..<dimensions {
            for row in column..<dimensions {
                var value: Double = row == column ? 1 : 0
                for inner in column..<row { value -= factor(row, inner) * inverse[column * dimensions + inner] }
                inverse[column * dimensions + row] = value / factor(row, row)
            }
        }
        return inverse.map { Float($0) }
    }
}
