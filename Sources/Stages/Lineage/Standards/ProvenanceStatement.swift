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
    static let buildType = "urn:nominal:run:1"

    public let bytes: [UInt8]

    /// - Throws: `LineageError.unfinished`, `StoreError`, `AttestationError.malformed` for a run without results.
    public init(ofRun number: Int64, _ store: ContentStore) throws {
        let results = try RunResults(ofRun: number, store)
        guard let execution = try store.lineageExecution(number), !results.files.isEmpty else {
            throw AttestationError.malformed(name: "run \(number)", fault: "it has no results that could be attested")
        }
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
                    "internalParameters": .document(["steps": Self.steps(steps)]),
                    "resolvedDependencies": .array(Self.dependencies(steps, execution)),
                ]),
                "runDetails": Self.details(execution, try store.historyHead()),
            ]),
        ])
        bytes = Array(JSONSerializer.canonical(statement).utf8)
    }

    private static func external(_ execution: LineageExecution, _ store: ContentStore) throws -> JSONValue {
        var manifest: JSONValue?
        if let digest = execution.manifest, store.contains(digest) {
            manifest = try? JSONParser.parse(try store.read(digest), file: execution.file ?? "manifest")
        }
        return .document([
            "subject": execution.subject.map { .string($0) }, "manifest": manifest,
            "recipe": execution.recipe.map { .string($0) },
        ])
    }

    private static func steps(_ steps: LineageSteps) -> JSONValue {
        .array(
            steps.steps.enumerated().map { number, step in
                .document([
                    "name": .string(step.name), "stage": .string(step.stage), "stageVersion": .number(step.version),
                    "tasks": .number(step.actions.count),
                    "parameters": .texts(
                        Dictionary(steps.parameters(of: number).map { ($0.name, $0.readable) }) { first, _ in first }),
                ])
            })
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
                "finishedOn": record.finishedAt.map { .time($0) },
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
