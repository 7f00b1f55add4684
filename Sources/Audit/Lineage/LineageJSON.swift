import ContentStore
import Stages

/// A complete lineage as JSON: all actions, artifacts, edges and runs.
package struct LineageJSON: Encodable {
    /// History: 1 = first; 2 = imports, and texts among the parameters without quotation marks.
    package static let version = 2

    struct Artifact: Encodable {
        let digest: Digest
        let sizeBytes: Int?
        let isRoot: Bool
    }

    struct Action: Encodable {
        let key: Digest
        let stage: String
        let stageVersion: Int
        let task: String
        let attempt: Int
        let run: Int64
        let startedAt: String
        let durationSeconds: Double
        /// Nil for results that runs of this store made.
        let imported: Import?
        let parameters: [String: String]
        let used, generated, referred: [Use]
        let sources: [Use]
        /// The number of blobs that belong to the result besides its outputs.
        let references: Int
    }

    /// The import of an action's result. `run` is then the importing run; time and duration are the maker's, by the
    /// bundle.
    struct Import: Encodable {
        let at: String
        /// Nil if the bundle has no record of the maker.
        let makingRun: Int64?
        let versions, processor: String?

        init(_ imported: LineageGraph.Import) {
            at = LineageTree.time(imported.at)
            (makingRun, versions, processor) = (
                imported.maker?.run, imported.maker?.versions, imported.maker?.processor
            )
        }
    }

    struct Use: Encodable {
        let name: String
        let role: String?
        let digest: Digest
    }

    struct Run: Encodable {
        let number: Int64
        let command, versions, host, processor, outcome: String
        let startedAt: String
        let finishedAt: String?
        let manifest: Digest?
        let file: String?
    }

    let version = LineageJSON.version
    let subject: String
    let direction: String
    let verdicts: [ImageVerdict]
    let artifacts: [Artifact]
    let actions: [Action]
    let runs: [Run]

    /// - Parameter verdicts: the verdicts on the subject, or in the downward direction those that depend on it.
    package init(
        _ subject: LineageSubject, _ graph: LineageGraph, _ direction: LineageGraph.Direction, verdicts: [ImageVerdict]
    ) {
        self.subject = subject.words
        self.direction = direction == .up ? "up" : "down"
        self.verdicts = verdicts
        let roots = Set(graph.roots)
        artifacts = graph.artifacts.enumerated().map {
            Artifact(digest: $0.element.digest, sizeBytes: $0.element.sizeBytes, isRoot: roots.contains($0.offset))
        }
        let edges = Dictionary(grouping: graph.edges, by: \.action)
        actions = graph.actions.enumerated().map { position, action in
            func uses(_ fits: (LineageGraph.Relation) -> Bool) -> [Use] {
                (edges[position] ?? []).filter { fits($0.relation) }.map { edge in
                    let role = if case .source(let role) = edge.relation { role } else { nil as String? }
                    return Use(name: edge.name, role: role, digest: graph.artifacts[edge.artifact].digest)
                }
            }
            return Action(
                key: action.key, stage: action.stage, stageVersion: action.version, task: action.task,
                attempt: action.attempt,
                run: action.execution, startedAt: LineageTree.time(action.startedAt),
                durationSeconds: action.durationSeconds,
                imported: action.imported.map(Import.init), parameters: action.parameters.texts,
                used: uses { $0 == .used }, generated: uses { $0 == .generated }, referred: uses { $0 == .referred },
                sources: uses { if case .source = $0 { true } else { false } }, references: action.referenceCount)
        }
        runs = graph.executions.map { execution in
            let record = execution.record
            return Run(
                number: record.number, command: record.command, versions: record.versions, host: record.host,
                processor: execution.processor, outcome: record.outcome, startedAt: LineageTree.time(record.startedAt),
                finishedAt: record.finishedAt.map(LineageTree.time), manifest: execution.manifest, file: execution.file)
        }
    }

    package func text() throws -> String { String(decoding: try StageJSON.pretty(self), as: UTF8.self) }
}
