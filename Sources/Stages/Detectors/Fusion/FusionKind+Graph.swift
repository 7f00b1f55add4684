import ONNX

extension FusionKind {
    package static func addMaps(_ request: GraphRequest, to graph: inout ONNXGraph) throws -> GraphMaps {
        let fusion = try FusionPayload(bytes: request.payload, name: request.name)
        var maps: [GraphValue] = [], scoreMaps: [GraphValue] = []
        for member in fusion.members {
            var part = request
            part.payload = member.payload
            let found = try DetectorKinds.named(member.kind, in: request.name).addMaps(part, to: &graph)
            maps.append(graph.standardised(found.map, member.map))
            scoreMaps.append(graph.standardised(found.scoreMap ?? found.map, member.scoreMap))
        }
        return GraphMaps(
            map: fused(maps, fusion.members.map(\.mapWeight), fusion.rule, &graph),
            scoreMap: fused(scoreMaps, fusion.members.map(\.scoreWeight), fusion.rule, &graph))
    }

    private static func fused(
        _ maps: [GraphValue], _ weights: [Float], _ rule: FusionRule, _ graph: inout ONNXGraph
    ) -> GraphValue {
        guard rule != .max else { return graph.add("Max", maps) }
        let terms = zip(maps, weights).filter { $1 > 0 }.map { map, weight in
            graph.add("Mul", [map, graph.constant(weight)])
        }
        return graph.add("Sum", terms)
    }
}

extension ONNXGraph {
    /// `FusionPayload.Statistics.standardised`.
    fileprivate mutating func standardised(
        _ map: GraphValue, _ statistics: FusionPayload.Statistics
    ) -> GraphValue {
        add("Div", [add("Sub", [map, constant(statistics.middle)]), constant(statistics.spread)])
    }
}
