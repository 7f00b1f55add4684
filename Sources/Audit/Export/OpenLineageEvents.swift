import ContentStore
import Foundation
import Manifests
import Stages

/// A lineage as OpenLineage run events (https://openlineage.io/spec/2-0-2/OpenLineage.json): a start and an end for
/// each action, as JSON lines sorted by time.
package enum OpenLineageEvents {
    private static let schema = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
    private static let producer = "urn:nominal:\(NominalVersion.current)"
    private static let namespace = "nominal"

    package static func text(_ graph: LineageGraph) -> String {
        let edges = Dictionary(grouping: graph.edges, by: \.action)
        var events: [(time: Int64, isEnd: Bool, action: Int)] = []
        for (number, action) in graph.actions.enumerated() {
            events.append((action.startedAt, false, number))
            events.append((action.endedAt, true, number))
        }
        events.sort { ($0.time, $0.action, $0.isEnd ? 1 : 0) < ($1.time, $1.action, $1.isEnd ? 1 : 0) }
        return events.map {
            JSONSerializer.canonical(
                event($0.time, isEnd: $0.isEnd, graph.actions[$0.action], edges[$0.action] ?? [], graph)) + "\n"
        }.joined()
    }

    private static func event(
        _ time: Int64, isEnd: Bool, _ action: LineageGraph.Action, _ edges: [LineageGraph.Edge], _ graph: LineageGraph
    ) -> JSONValue {
        func datasets(_ fits: (LineageGraph.Relation) -> Bool) -> JSONValue {
            var seen = Set<Int>()
            let own = edges.filter { fits($0.relation) && seen.insert($0.artifact).inserted }
            return .array(own.map { dataset(graph.artifacts[$0.artifact], $0.name) })
        }
        let execution = graph.executions.first { $0.record.number == action.execution }
        let run = "run \(action.execution) \(execution?.record.startedAt ?? 0)"
        // An importing run did not perform the action.
        let isOwn = action.imported == nil
        let versions = isOwn ? execution?.record.versions ?? NominalVersion.current : action.imported?.maker?.versions
        return .document([
            "eventType": .string(isEnd ? "COMPLETE" : "START"), "eventTime": .time(time),
            "run": .document([
                "runId": .string(identifier("action \(action.key) \(action.attempt) \(run)")),
                "facets": .document([
                    "parent": isOwn
                        ? facet(
                            "1-1-0/ParentRunFacet.json",
                            [
                                "run": .document(["runId": .string(identifier(run))]),
                                "job": .document([
                                    "namespace": .string(namespace), "name": .string(execution?.subject ?? "run"),
                                ]),
                            ]) : nil,
                    "processing_engine": versions.map {
                        facet(
                            "1-1-1/ProcessingEngineRunFacet.json", ["version": .string($0), "name": .string("nominal")])
                    },
                    "nominal_parameters": facet("", ["parameters": .texts(action.parameters.texts)]),
                ]),
            ]),
            "job": .document([
                "namespace": .string(namespace), "name": .string(action.task),
                "facets": .document([
                    "jobType": facet(
                        "2-0-3/JobTypeJobFacet.json",
                        [
                            "processingType": .string("BATCH"), "integration": .string("NOMINAL"),
                            "jobType": .string(action.stage),
                        ])
                ]),
            ]),
            "inputs": datasets { $0 != .generated },
            "outputs": isEnd ? datasets { $0 == .generated } : .array([]),
            "producer": .string(producer), "schemaURL": .string(schema),
        ])
    }

    private static func dataset(_ artifact: LineageGraph.Artifact, _ name: String) -> JSONValue {
        .document([
            "namespace": .string("sha256"), "name": .string(artifact.digest.hex),
            "facets": .document([
                "documentation": name.isEmpty
                    ? nil : facet("1-1-0/DocumentationDatasetFacet.json", ["description": .string(name)])
            ]),
        ])
    }

    private static func facet(_ schema: String, _ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        let url =
            schema.isEmpty
            ? "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunFacet"
            : "https://openlineage.io/spec/facets/\(schema)"
        let head = [JSONMember("_producer", .string(producer)), JSONMember("_schemaURL", .string(url))]
        return .object(head + members.compactMap { name, value in value.map { JSONMember(name, $0) } })
    }

    /// A UUID of version 8 (RFC 9562) derived from a digest: stable over exports.
    static func identifier(_ text: String) -> String {
        var bytes = Array(Digest.of(text: text).bytes.prefix(16))
        bytes[6] = bytes[6] & 0x0f | 0x80
        bytes[8] = bytes[8] & 0x3f | 0x80
        return unsafe NSUUID(uuidBytes: bytes).uuidString.lowercased()
    }
}
