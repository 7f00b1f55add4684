import Attestations
import ContentStore
import Manifests
import Stages

/// The statement that attests a run: an in-toto statement (v1) over its results with an SLSA provenance predicate (v1),
/// which records sources, parameters, versions and the head of the store's history.
///
/// https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md, https://slsa.dev/spec/v1.0/provenance
package struct ProvenanceStatement {
    package static let payloadType = "application/vnd.in-toto+json"
    static let statementType = "https://in-toto.io/Statement/v1"
    static let predicateType = "https://slsa.dev/provenance/v1"
    /// The schema of the statement's parameters. History: 1 = first; 2 = the tasks of each step with their keys,
    /// parameters and attempts, the runs that performed them, and the outcome of the run.
    static let buildType = "urn:nominal:run:2"
    /// The build types that can be verified; version 1 has no outcome.
    static let knownBuildTypes = ["urn:nominal:run:1", buildType]

    package let bytes: [UInt8]

    /// Verifies the history's hash chain before reading from it: the statement contains the head of the chain, and so
    /// vouches for all entries.
    ///
    /// - Throws: `LineageError.unknownRun`, `.unfinished`, `.remade` if results of the run were replaced, `.edited` if
    ///   the history was edited; `StoreError`; `AttestationError.malformed` for a run without results.
    package init(ofRun number: Int64, _ store: ContentStore) throws {
        let edits = try store.verifyHistory().edits
        if let first = edits.first {
            throw LineageError.edited(run: number, fault: "\(first)", count: edits.count)
        }
        guard let execution = try store.lineageExecution(number) else {
            throw LineageError.unknownRun(
                number, known: try store.executions(limit: Int(Int32.max)).map(\.number).sorted())
        }
        let results = try RunResults(ofRun: number, store)
        guard !results.files.isEmpty else {
            throw AttestationError.malformed(name: "run \(number)", fault: "it has no results to attest")
        }
        let remade = try Self.remade(number, results.graph, store)
        let steps = LineageSteps(results.graph)
        let subjects = results.files.map { file in
            JSONValue.document(["name": .string(file.path), "digest": .sha256(file.digest)])
        }
        let statement = JSONValue.document([
            "_type": .string(Self.statementType), "subject": .array(subjects),
            "predicateType": .string(Self.predicateType),
            "predicate": .document([
                "buildDefinition": .document([
                    "buildType": .string(Self.buildType),
                    "externalParameters": try Self.external(execution, store),
                    "internalParameters": .document([
                        "steps": AttestedSteps(steps: steps, remade: remade).json,
                        "runs": AttestedSteps.runs(results.graph),
                    ]),
                    "resolvedDependencies": .array(Self.dependencies(steps, execution)),
                ]),
                "runDetails": Self.details(execution, try store.historyHead()),
            ]),
        ])
        bytes = Array(JSONSerializer.canonical(statement).utf8)
    }

    /// The results that were recomputed with equal or unknown outcome, by their keys.
    private static func remade(
        _ run: Int64, _ graph: LineageGraph, _ store: ContentStore
    ) throws -> [Digest: RemadeResult] {
        let keys = graph.actions.map(\.key)
        let remade = try store.remadeResults(since: run, keys)
        let others = remade.filter { $0.isEqual == false }
        if let first = others.first {
            throw LineageError.remade(run: run, task: first.task, count: others.count, by: first.latterRun)
        }
        return Dictionary(remade.map { ($0.key, $0) }) { first, _ in first }
    }

    private static func external(_ execution: LineageExecution, _ store: ContentStore) throws -> JSONValue {
        var manifest: JSONValue?
        if let digest = execution.manifest, try store.contains(digest) {
            manifest = try? JSONParser.parse(try store.read(digest), file: execution.file ?? "manifest")
        }
        return .document([
            "subject": execution.subject.map { .string($0) }, "manifest": manifest,
            "recipe": execution.recipe.map { .string($0) },
        ])
    }

    private static func dependencies(_ steps: LineageSteps, _ execution: LineageExecution) -> [JSONValue] {
        var seen = Set<Digest>()
        var found: [JSONValue] = []
        if let manifest = execution.manifest {
            found.append(.document(["name": .string("manifest"), "digest": .sha256(manifest)]))
        }
        let sources = steps.sources.enumerated().flatMap { step, sources in
            sources.map { (owner: steps.steps[step].name, source: $0) }
        }
        for (owner, source) in sources.sorted(by: { ($0.source.digest, $0.owner) < ($1.source.digest, $1.owner) })
        where seen.insert(source.digest).inserted {
            found.append(
                .document([
                    "name": .string(source.name.isEmpty ? owner : source.name), "digest": .sha256(source.digest),
                    "annotations": .texts(["kind": source.kind.rawValue, "step": owner]),
                ]))
        }
        return found
    }

    private static func details(_ execution: LineageExecution, _ head: HistoryHead?) -> JSONValue {
        let record = execution.record
        return .document([
            "builder": .document([
                "id": .string("urn:nominal:builder"),
                "version": .texts([
                    "nominal": NominalVersion.current, "run": record.versions, "processor": execution.processor,
                ]),
            ]),
            "metadata": .document([
                "invocationId": .string("run \(record.number)"), "startedOn": .time(record.startedAt),
                "finishedOn": record.finishedAt.map { .time($0) }, "nominal_outcome": .string(record.outcome),
                "nominal_tasks": record.counts.map {
                    .document([
                        "total": .number($0.total), "failed": .number($0.failed), "notStarted": .number($0.skipped),
                    ])
                },
            ]),
            "byproducts": .array(
                head.map {
                    [
                        .document([
                            "name": .string("history"), "digest": .sha256($0.link),
                            "annotations": .texts(["position": "\($0.position)"]),
                        ])
                    ]
                } ?? []),
        ])
    }
}

/// The steps of a run in a statement, each with all of its tasks and their keys.
struct AttestedSteps {
    let steps: LineageSteps
    /// Results that later runs recomputed with equal or unknown outcome.
    let remade: [Digest: RemadeResult]

    var json: JSONValue {
        .array(
            steps.steps.enumerated().map { number, step in
                let shared = steps.parameters(of: number)
                return .document([
                    "name": .string(step.name), "stage": .string(step.stage), "stageVersion": .number(step.version),
                    "parameters": .texts(shared.texts),
                    "tasks": .array(step.actions.map { task(steps.graph.actions[$0], besides: shared) }),
                ])
            })
    }

    /// - Parameter shared: the step's common parameters, which the task omits.
    private func task(_ action: LineageGraph.Action, besides shared: [LineageGraph.Parameter]) -> JSONValue {
        let own = action.parameters.filter { !shared.contains($0) }
        let former = remade[action.key]
        return .document([
            "name": .string(action.task), "key": .string(action.key.hex), "run": .number(Int(action.execution)),
            "attempt": .number(action.attempt), "startedOn": .time(action.startedAt),
            "parameters": own.isEmpty ? nil : .texts(own.texts),
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

    /// The runs that performed or imported the tasks.
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
