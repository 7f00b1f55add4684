import ContentStore
import Manifests

/// A lineage as PROV-JSON (https://www.w3.org/submissions/prov-json/): artifacts are entities, actions are activities,
/// runs are software agents.
package enum ProvDocument {
    package static func text(_ graph: LineageGraph) -> String {
        let prefixes = [
            "nominal": "urn:nominal:", "xsd": "http://www.w3.org/2001/XMLSchema#", "prov": "http://www.w3.org/ns/prov#",
        ]
        let (used, generated) = relations(graph)
        return JSONSerializer.pretty(
            .document([
                "prefix": .texts(prefixes), "entity": .named(entities(graph)), "activity": .named(activities(graph)),
                "agent": .named(agents(graph)), "used": .named(used), "wasGeneratedBy": .named(generated),
                "wasAssociatedWith": .named(associations(graph)),
            ]))
    }

    private static func entities(_ graph: LineageGraph) -> [String: JSONValue] {
        var entities: [String: JSONValue] = [:]
        for artifact in graph.artifacts {
            entities[name(artifact.digest)] = entity(artifact)
        }
        for edge in graph.edges {
            if case .source(let role) = edge.relation, role != "mask" {
                let artifact = graph.artifacts[edge.artifact]
                entities[name(artifact.digest)] = entity(artifact, label: edge.name)
            }
        }
        return entities
    }

    private static func activities(_ graph: LineageGraph) -> [String: JSONValue] {
        var activities: [String: JSONValue] = [:]
        for action in graph.actions {
            var members: [JSONMember] = [
                JSONMember("prov:startTime", .time(action.startedAt)),
                JSONMember("prov:endTime", .time(action.endedAt)),
                JSONMember("prov:label", .string(action.task)),
                JSONMember("prov:type", typed("nominal:\(action.stage)", "xsd:QName")),
                JSONMember("nominal:stageVersion", typed("\(action.version)", "xsd:int")),
                JSONMember("nominal:attempt", typed("\(action.attempt)", "xsd:int")),
            ]
            if let imported = action.imported { members.append(JSONMember("nominal:importedAt", .time(imported.at))) }
            members += action.parameters.texts.sorted { $0.key < $1.key }.map {
                JSONMember("nominal:" + localName("parameter." + $0.key), .string($0.value))
            }
            activities[name(action)] = .object(members)
        }
        return activities
    }

    private static func associations(_ graph: LineageGraph) -> [String: JSONValue] {
        var associations: [String: JSONValue] = [:]
        for (number, action) in graph.actions.enumerated() {
            guard let agent = agent(graph.performer(of: action)) else { continue }
            associations["_:a\(number)"] = .document([
                "prov:activity": .string(name(action)), "prov:agent": .string(agent),
            ])
        }
        return associations
    }

    private static func agents(_ graph: LineageGraph) -> [String: JSONValue] {
        var agents: [String: JSONValue] = [:]
        for execution in graph.executions {
            agents["nominal:run-\(execution.record.number)"] = .document([
                "prov:type": typed("prov:SoftwareAgent", "xsd:QName"),
                "prov:label": .string("run \(execution.record.number)"),
                "nominal:versions": .string(execution.record.versions),
                "nominal:command": .string(execution.record.command),
                "nominal:processor": .string(execution.processor), "nominal:host": .string(execution.record.host),
                "nominal:manifest": execution.manifest.map { .string($0.hex) },
            ])
        }
        for maker in graph.makers {
            agents["nominal:maker-\(maker.identifier)"] = .document([
                "prov:type": typed("prov:SoftwareAgent", "xsd:QName"),
                "prov:label": .string("run \(maker.run) of another store"), "nominal:versions": .string(maker.versions),
                "nominal:processor": .string(maker.processor),
            ])
        }
        return agents
    }

    private static func relations(
        _ graph: LineageGraph
    ) -> (used: [String: JSONValue], generated: [String: JSONValue]) {
        var used: [String: JSONValue] = [:], generated: [String: JSONValue] = [:]
        for (number, edge) in graph.edges.enumerated() {
            let relation = JSONValue.document([
                "prov:activity": .string(name(graph.actions[edge.action])),
                "prov:entity": .string(name(graph.artifacts[edge.artifact].digest)),
                "prov:role": edge.name.isEmpty ? nil : .string(edge.name),
            ])
            switch edge.relation {
            case .generated: generated["_:g\(number)"] = relation
            case .referred where graph.roots.contains(edge.artifact): generated["_:g\(number)"] = relation
            case .used, .source, .referred: used["_:u\(number)"] = relation
            }
        }
        return (used, generated)
    }

    private static func entity(_ artifact: LineageGraph.Artifact, label: String? = nil) -> JSONValue {
        .document([
            "prov:label": label.map { .string($0) }, "nominal:sha256": .string(artifact.digest.hex),
            "nominal:sizeBytes": artifact.sizeBytes.map { typed("\($0)", "xsd:long") },
        ])
    }

    private static func agent(_ performer: LineageGraph.Performer) -> String? {
        switch performer {
        case .run(let number): "nominal:run-\(number)"
        case .maker(let maker): "nominal:maker-\(maker.identifier)"
        case .unknown: nil
        }
    }

    private static func name(_ digest: Digest) -> String { "nominal:sha256-\(digest.hex)" }

    private static func name(_ action: LineageGraph.Action) -> String { "nominal:action-\(action.key.hex)" }

    private static func typed(_ value: String, _ type: String) -> JSONValue {
        .document(["$": .string(value), "type": .string(type)])
    }

    /// A valid local part of a qualified name; the name of a parameter may be any text.
    private static func localName(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_".contains($0)) ? $0 : "_" })
    }
}
