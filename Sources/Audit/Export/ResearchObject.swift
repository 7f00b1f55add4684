import ContentStore
import Folders
import Foundation
import Manifests
import Stages

/// A lineage as a research object: an RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) with the profile Process Run Crate
/// 0.5 (https://w3id.org/ro/wfrun/process/0.5). A folder with `ro-crate-metadata.json` and, optionally, the files
/// themselves.
package struct ResearchObject {
    static let metadataName = "ro-crate-metadata.json"
    private static let profile = "https://w3id.org/ro/wfrun/process/0.5"

    /// A file in the crate, or one that is only referenced.
    private struct Item {
        let identifier: String
        let name: String
        let digest: Digest
        let sizeBytes: Int?
    }

    private let subject: LineageSubject
    private let graph: LineageGraph
    private let isAttaching: Bool
    private let title: String
    private let license: String?

    /// - Parameters:
    ///   - isAttaching: copies the stored blobs into the crate; others are only referenced.
    ///   - license: the crate's licence as a URL or text; nil if none was given.
    package init(_ subject: LineageSubject, _ graph: LineageGraph, isAttaching: Bool, license: String? = nil) {
        (self.subject, self.graph, self.isAttaching, self.license) = (subject, graph, isAttaching, license)
        title = "Lineage of \(subject.words)"
    }

    /// Writes the crate into a folder, which is created if needed.
    ///
    /// - Returns: the number of attached files.
    /// - Throws: `LineageError.occupied` if the folder has other content; `StoreError`.
    package func write(to folder: String, _ store: ContentStore) throws -> Int {
        let present = try AtomicFile.names(in: folder)
        guard present.isEmpty || present.contains(Self.metadataName) else {
            throw LineageError.occupied(folder: folder)
        }
        try AtomicFile.createFolder(isAttaching ? folder + "/blobs" : folder)
        var attached = Set<Int>()
        if isAttaching {
            for (position, artifact) in graph.artifacts.enumerated() where try store.contains(artifact.digest) {
                _ = try AtomicFile.place(
                    copyOf: try store.verifiedPath(artifact.digest), at: "\(folder)/blobs/\(artifact.digest.hex)",
                    onlyIfChanged: true)
                attached.insert(position)
            }
        }
        let document = metadata(attached)
        _ = try AtomicFile.write(
            Array(JSONSerializer.pretty(document).utf8), to: folder + "/" + Self.metadataName, onlyIfChanged: true)
        return attached.count
    }

    private func metadata(_ attached: Set<Int>) -> JSONValue {
        let items = items(attached)
        let ended = graph.actions.map(\.endedAt).max() ?? 0
        let tools = Set(graph.actions.filter { $0.imported == nil }.map(\.execution)).sorted()
        var entities: [JSONValue] = [
            .document([
                "@id": .string(Self.metadataName), "@type": .string("CreativeWork"),
                "about": Self.reference("./"), "conformsTo": Self.reference("https://w3id.org/ro/crate/1.1"),
            ]),
            .document([
                "@id": .string("./"), "@type": .string("Dataset"), "name": .string(title),
                "description": .string("What it was made from, by which actions, with which parameters and versions."),
                "datePublished": .time(ended), "license": .string(license ?? "No licence was given."),
                "conformsTo": Self.reference(Self.profile),
                "hasPart": .array(items.map { Self.reference($0.identifier) }),
                "mentions": .array(graph.actions.map { Self.reference(Self.identifier($0)) }),
            ]),
            .document([
                "@id": .string(Self.profile), "@type": .string("CreativeWork"), "name": .string("Process Run Crate"),
                "version": .string("0.5"),
            ]),
        ]
        for number in tools {
            let execution = graph.executions.first { $0.record.number == number }
            entities.append(
                Self.tool(
                    .run(number), execution?.record.versions ?? NominalVersion.current,
                    execution.map { "\($0.record.command) on \($0.processor)" }))
        }
        for maker in graph.makers {
            entities.append(
                Self.tool(.maker(maker), maker.versions, "run \(maker.run) of another store on \(maker.processor)"))
        }
        if graph.actions.contains(where: { graph.performer(of: $0) == .unknown }) {
            entities.append(Self.tool(.unknown, "unknown", "a run of another store, of which the bundle does not tell"))
        }
        entities += items.map { item in
            .document([
                "@id": .string(item.identifier), "@type": .string("File"), "name": .string(item.name),
                "identifier": .string("sha256:\(item.digest.hex)"),
                "contentSize": item.sizeBytes.map { .string("\($0)") },
            ])
        }
        entities += actions(items)
        return .document(["@context": .string("https://w3id.org/ro/crate/1.1/context"), "@graph": .array(entities)])
    }

    private func items(_ attached: Set<Int>) -> [Item] {
        var names: [Int: String] = [:]
        for edge in graph.edges where names[edge.artifact] == nil && !edge.name.isEmpty {
            names[edge.artifact] =
                edge.relation == .generated ? "\(graph.actions[edge.action].task) \(edge.name)" : edge.name
        }
        return graph.artifacts.enumerated().map { position, artifact in
            let hex = artifact.digest.hex
            // Content that is not in the crate gets a URI that contains its digest (RFC 6920).
            let identifier =
                attached.contains(position) ? "blobs/\(hex)" : "ni:///sha-256;\(Self.base64URL(artifact.digest))"
            return Item(
                identifier: identifier, name: names[position] ?? String(hex.prefix(12)), digest: artifact.digest,
                sizeBytes: artifact.sizeBytes)
        }
    }

    private func actions(_ items: [Item]) -> [JSONValue] {
        let edges = Dictionary(grouping: graph.edges, by: \.action)
        var parameters: [String: JSONValue] = [:]
        let actions = graph.actions.enumerated().map { number, action -> JSONValue in
            func references(_ fits: (LineageGraph.Edge) -> Bool) -> [JSONValue] {
                var seen = Set<Int>()
                return (edges[number] ?? []).filter { fits($0) && seen.insert($0.artifact).inserted }
                    .map { Self.reference(items[$0.artifact].identifier) }
            }
            let values = action.parameters.texts.sorted { $0.key < $1.key }.map { name, value -> JSONValue in
                let identifier = "#parameter-\(Digest.of(text: name + "\n" + value).hex.prefix(32))"
                parameters[identifier] = .document([
                    "@id": .string(identifier), "@type": .string("PropertyValue"), "name": .string(name),
                    "value": .string(value),
                ])
                return Self.reference(identifier)
            }
            let isResult = { (edge: LineageGraph.Edge) in
                edge.relation == .generated || (edge.relation == .referred && graph.roots.contains(edge.artifact))
            }
            return .document([
                "@id": .string(Self.identifier(action)), "@type": .string("CreateAction"), "name": .string(action.task),
                "description": .string("\(action.stage), version \(action.version), attempt \(action.attempt)"),
                "instrument": Self.reference(Self.identifier(graph.performer(of: action))),
                "startTime": .time(action.startedAt), "endTime": .time(action.endedAt),
                "object": .array(references { !isResult($0) } + values), "result": .array(references(isResult)),
                "actionStatus": Self.reference("http://schema.org/CompletedActionStatus"),
            ])
        }
        return actions + parameters.sorted { $0.key < $1.key }.map(\.value)
    }

    private static func tool(_ performer: LineageGraph.Performer, _ versions: String, _ words: String?) -> JSONValue {
        .document([
            "@id": .string(identifier(performer)), "@type": .string("SoftwareApplication"), "name": .string("nominal"),
            "version": .string(versions), "description": words.map { .string($0) },
        ])
    }

    private static func identifier(_ performer: LineageGraph.Performer) -> String {
        switch performer {
        case .run(let number): "#run-\(number)"
        case .maker(let maker): "#maker-\(maker.identifier)"
        case .unknown: "#unknown"
        }
    }

    private static func identifier(_ action: LineageGraph.Action) -> String { "#action-\(action.key.hex)" }

    private static func reference(_ identifier: String) -> JSONValue { .document(["@id": .string(identifier)]) }

    private static func base64URL(_ digest: Digest) -> String {
        Data(digest.bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing(
            "=", with: "")
    }
}
