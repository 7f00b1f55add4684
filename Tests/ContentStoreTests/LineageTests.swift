import PipelineTestSupport
import Testing

@testable import ContentStore

@Suite("Lineage")
struct LineageTests {
    let fixture: StoreFixture
    var store: ContentStore { fixture.store }

    init() throws { fixture = try StoreFixture() }

    /// ingest (of two images) -> train -> score (of another ingest), which refers to a map.
    private func fill() throws {
        try publish("ingest", "train-0", parts: [image("a"), image("b")], [], "normal")
        try publish("ingest", "test-0", parts: [image("c")], [], "tested")
        try publish("train", "train", parts: [KeyPart("steps", .integer(5))], [("images", "normal")], "model")
        try publish("score", "score", parts: [], [("model", "model"), ("images", "tested")], "scores", map: "map")
        store.flush()
    }

    private func image(_ name: String) -> KeyPart {
        KeyPart(
            "good/\(name).png",
            .record([KeyPart("digest", .digest(.of(text: name))), KeyPart("kind", .text("good"))]))
    }

    private func publish(
        _ stage: String, _ task: String, parts: [KeyPart], _ inputs: [(String, String)], _ output: String,
        map: String? = nil
    ) throws {
        let key = ActionKey(
            stage: stage, version: 1, parts: parts,
            inputs: inputs.map { ActionInput(name: $0.0, digest: .of(text: $0.1)) })
        let attempt = try store.beginAttempt(key, execution: fixture.execution, task: task)
        let bytes = Array(output.utf8)
        let result = ActionResult(
            outputs: [ActionOutput(name: "out", digest: try store.put(bytes: bytes), sizeBytes: bytes.count)],
            references: try map.map { [try store.put(bytes: Array($0.utf8))] } ?? [], warnings: [])
        try store.commit(
            JobRecord(
                key: key, attempt: attempt, task: task, outcome: .succeeded(result), startedAt: 1, durationSeconds: 1),
            execution: fixture.execution)
    }

    private func sources(_ graph: LineageGraph) -> Set<Digest> {
        Set(
            graph.edges.compactMap { edge in
                if case .source = edge.relation { graph.artifacts[edge.artifact].digest } else { nil }
            })
    }

    @Test("The provenance of a map includes its task, the model, and all images behind them")
    func up() throws {
        try fill()
        let graph = try store.lineage(of: [.of(text: "map")], .up)
        #expect(graph.actions.map(\.task).sorted() == ["score", "test-0", "train", "train-0"])
        #expect(sources(graph) == Set(["a", "b", "c"].map { Digest.of(text: $0) }))
        let train = try #require(graph.actions.first { $0.stage == "train" })
        #expect(train.parameters == [LineageGraph.Parameter(name: "steps", readable: "5")])
        #expect(graph.executions.map(\.record.command) == ["test"])
        #expect(graph.artifacts[graph.roots[0]].digest == .of(text: "map"))
    }

    @Test("An outline counts the same files as the full graph, and names its focus")
    func counted() throws {
        try fill()
        let named = try store.lineage(of: [.of(text: "map")], .up)
        let counted = try store.lineage(of: [.of(text: "map")], .up, detail: .outline(focus: .of(text: "a")))
        #expect(counted.actions.map(\.key) == named.actions.map(\.key))
        #expect(counted.actions.flatMap(\.parameters) == [])
        #expect(sources(counted) == [.of(text: "a")])
        #expect(counted.edges.first { $0.relation == .source(role: "digest") }?.name == "good/a.png")
        #expect(Set(counted.unnamedSources.map(\.content)).count == 2)
        #expect(named.unnamedSources.isEmpty)
        // A file that is in the graph for another reason has an edge.
        try publish("ingest", "test-1", parts: [image("scores")], [("images", "scores")], "again")
        store.flush()
        let met = try store.lineage(of: [.of(text: "again")], .up, detail: .outline(focus: nil))
        #expect(sources(met) == [.of(text: "scores")] && met.unnamedSources.count == 3)
    }

    @Test("From an image, exactly everything made from it is found")
    func down() throws {
        try fill()
        let trained = try store.lineage(of: [.of(text: "a")], .down)
        #expect(trained.actions.map(\.task).sorted() == ["score", "train", "train-0"])
        let tested = try store.lineage(of: [.of(text: "c")], .down)
        #expect(tested.actions.map(\.task).sorted() == ["score", "test-0"])
        let edge = try #require(tested.edges.first { $0.relation == .source(role: "digest") })
        #expect(edge.name == "good/c.png")
    }

    @Test("An image is found by name and is a source")
    func byName() throws {
        try fill()
        let found = try store.sources(named: "good/b.png")
        #expect(found.map(\.digest) == [.of(text: "b")] && found.map(\.task) == ["train-0"])
        #expect(try store.isSource(.of(text: "b")))
        #expect(try !store.isSource(.of(text: "model")))
    }

    @Test("The provenance of an action without sources continues through its memos")
    func withoutSources() throws {
        try publish("decode", "train-0", parts: [KeyPart("source", .digest(.of(text: "a")))], [], "pixels")
        try publish("ingest", "train-0", parts: [], [], "normal", map: "pixels")
        store.flush()
        let graph = try store.lineage(of: [.of(text: "normal")], .up)
        #expect(graph.actions.map(\.stage) == ["ingest", "decode"])
        #expect(sources(graph) == [.of(text: "a")])
    }

    @Test("A passed-on input comes from the earlier task")
    func passedOn() throws {
        try publish("score", "score", parts: [image("a")], [], "scores")
        try publish("metrics", "metrics", parts: [], [("scores", "scores")], "scores")
        try publish("report", "report", parts: [], [("scores", "scores")], "page")
        store.flush()
        let graph = try store.lineage(of: [.of(text: "page")], .up)
        #expect(graph.actions.map(\.stage) == ["report", "score"])
    }

    @Test("Lineage survives a bundle; unknown content has none")
    func bundled() throws {
        try fill()
        let other = try StoreFixture()
        let file = fixture.folder.path + "/bundle"
        _ = try store.export(.task("score", key: #require(try store.lastKey(ofTask: "score")).digest), to: file)
        _ = try other.store.importBundle(file, execution: other.execution)
        let graph = try other.store.lineage(of: [.of(text: "map")], .up)
        #expect(sources(graph) == sources(try store.lineage(of: [.of(text: "map")], .up)))
        #expect(try other.store.verifyHistory().isSound)
        #expect(try other.store.lineage(of: [.of(text: "nothing")], .up).artifacts.isEmpty)
    }

    @Test("A manifest is kept as long as its run")
    func manifest() throws {
        let manifest = try store.put(bytes: Array("{}".utf8))
        let run = try store.beginExecution(
            command: "nominal run", versions: "1", origin: RunOrigin(manifest: manifest, file: "a.json", recipe: "{}"))
        try store.endExecution(run, outcome: .succeeded)
        let path = fixture.path
        fixture.close()
        _ = try ContentStore.collect(path: path, CollectionPolicy(keepUsedSeconds: 0))
        try fixture.open()
        #expect(try fixture.store.contains(manifest))
        #expect(try fixture.store.lineageExecution(run)?.manifest == manifest)
        #expect(try fixture.store.lineageExecution(run)?.file == "a.json")
    }
}
