import Attestations
import ContentStore
import Manifests

/// What is attested about a run: an in-toto statement (v1) over its results with a predicate of SLSA provenance (v1): what it was
/// made from, with which parameters, by which versions, and where the store's history stood.
///
/// https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md, https://slsa.dev/spec/v1.0/provenance
public struct ProvenanceStatement {
    public static let payloadType = "application/vnd.in-toto+json"
    static let statementType = "https://in-toto.io/Statement/v1"
    static let predicateType = "https://slsa.dev/provenance/v1"
    /// What the parameters of the statement mean. History: 1 = first; 2 = the tasks of each step with their keys, parameters and attempts,
    /// the runs that performed them, and how the run ended.
    static let buildType = "urn:nominal:run:2"

    public let bytes: [UInt8]

    /// Checks the whole chain of the history before anything is read from it: the statement holds the chain's last entry, and with it
    /// vouches for all that was recorded.
    ///
    /// - Throws: `LineageError.unknownRun`, `.unfinished`, `.remade` where what the run made is no longer what is stored, and `.edited`
    ///   where the history was edited; `StoreError`; `AttestationError.malformed` for a run without results.
    public init(ofRun number: Int64, _ store: ContentStore) throws {
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
            throw AttestationError.malformed(name: "run \(number)", fault: "it has no results that could be attested")
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
                        "steps": AttestedSteps(steps, remade).json, "runs": AttestedSteps.runs(results.graph),
                    ]),
                    "resolvedDependencies": .array(Self.dependencies(steps, execution)),
                ]),
                "runDetails": Self.details(execution, try store.historyHead()),
            ]),
        ])
        bytes = Array(JSONSerializer.canonical(statement).utf8)
    }

    /// Results that came out the same when they were made again, by their keys.
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
