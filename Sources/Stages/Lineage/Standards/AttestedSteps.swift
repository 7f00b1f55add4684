import ContentStore
import Manifests

/// The steps of a run as a statement tells of them: each with all of its tasks, as a step of a thousand tasks stands for a thousand keys.
struct AttestedSteps {
    private let steps: LineageSteps
    private let remade: [Digest: RemadeResult]

    /// - Parameter remade: results that were made again since, and came out the same or are not known to have come out otherwise.
    init(_ steps: LineageSteps, _ remade: [Digest: RemadeResult]) { (self.steps, self.remade) = (steps, remade) }

    var json: JSONValue {
        .array(
            steps.steps.enumerated().map { number, step in
                let shared = steps.parameters(of: number)
                return .document([
                    "name": .string(step.name), "stage": .string(step.stage), "stageVersion": .number(step.version),
                    "parameters": .texts(Self.texts(shared)),
                    "tasks": .array(step.actions.map { task(steps.graph.actions[$0], besides: shared) }),
                ])
            })
    }

    /// - Parameter shared: parameters that all tasks of the step have, and that stand with the step.
    private func task(_ action: LineageGraph.Action, besides shared: [LineageGraph.Parameter]) -> JSONValue {
        let own = action.parameters.filter { !shared.contains($0) }
        let former = remade[action.key]
        return .document([
            "name": .string(action.task), "key": .string(action.key.hex), "run": .number(Int(action.execution)),
            "attempt": .number(action.attempt), "startedOn": .time(action.startedAt),
            "parameters": own.isEmpty ? nil : .texts(Self.texts(own)),
            "imported": action.imported.map(Self.imported),
            "madeAgain": former.map {
                .document([
                    "firstRun": $0.formerRun.map { .number(Int($0)) },
                    "result": .string($0.isEqual == true ? "equal" : "not known"),
                ])
            },
        ])
    }

    private static func imported(_ imported: LineageGraph.Import) -> JSONValue {
        .document([
            "on": .time(imported.at), "run": imported.maker.map { .number(Int($0.run)) },
            "versions": imported.maker.map { .string($0.versions) },
            "processor": imported.maker.map { .string($0.processor) },
        ])
    }

    private static func texts(_ parameters: [LineageGraph.Parameter]) -> [String: String] {
        Dictionary(parameters.map { ($0.name, $0.text) }) { first, _ in first }
    }

    /// The runs that performed the tasks, or imported them.
    static func runs(_ graph: LineageGraph) -> JSONValue {
        .array(
            graph.executions.map { execution in
                let record = execution.record
                return .document([
                    "number": .number(Int(record.number)), "command": .string(record.command),
                    "versions": .string(record.versions), "processor": .string(execution.processor),
                    "startedOn": .time(record.startedAt), "finishedOn": record.finishedAt.map { .time($0) },
                    "outcome": .string(record.outcome),
                ])
            })
    }
}
