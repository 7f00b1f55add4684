import Foundation
import ModelRegistry
import PipelineTestSupport
import Testing

@testable import ContentStore

@Suite("Models under names")
struct ModelRegistryTests {
    let fixture: StoreFixture
    var store: ContentStore { fixture.store }

    init() throws { fixture = try StoreFixture() }

    private func register(_ text: String, as name: String = "wood") throws -> RegisteredModel {
        try store.register(model: store.put(bytes: Array(text.utf8)), as: name).model
    }

    @Test(
        "A reference is a name with an optional selector",
        arguments: [
            ("wood", "wood@production"), ("wood@production", "wood@production"), ("wood@latest", "wood@latest"),
            ("line-3_a.b@12", "line-3_a.b@12"), ("", nil), ("@1", nil), ("wood@", nil), ("wood@0", nil),
            ("wood@-1", nil), ("wood@01", nil), ("wood@one", nil), ("a/b", nil), ("-a", nil), (".", nil), ("a b", nil),
            ("wood@1@2", nil), ("wörk", nil), (String(repeating: "a", count: 101), nil),
        ] as [(String, String?)])
    func references(_ text: String, _ expected: String?) {
        #expect(ModelReference(text)?.description == expected)
    }

    @Test("Versions count from 1 per name, and a model has one version per name")
    func versions() throws {
        #expect(try register("a").version == 1)
        #expect(try register("b").version == 2)
        #expect(try register("a").version == 1)
        #expect(try register("a", as: "tile").version == 1)
        #expect(try store.models().map { "\($0.reference)" } == ["tile@1", "wood@1", "wood@2"])
        #expect(try store.models(of: "wood").count == 2)
        #expect(try store.model(ModelReference("wood@latest")!).version == 2)
        #expect(throws: RegistryError.self) { try register("a", as: "no name") }
        let absent = Digest.of(text: "absent")
        #expect(throws: StoreError.missingBlob(absent)) { try store.register(model: absent, as: "wood") }
    }

    @Test("The last threshold decision applies, and an edited one is detected")
    func thresholds() throws {
        let (first, second) = (try register("a"), try register("b"))
        #expect(try store.threshold(of: first) == nil)
        for (value, who) in [(0.5, "ann"), (-0.25, "bob")] as [(Double?, String)] {
            try store.setThreshold(of: first.reference, to: value, by: who, reason: "try")
        }
        #expect(try store.threshold(of: first)?.kind == .threshold(-0.25))
        #expect(try store.threshold(of: first)?.decidedBy == "bob" && store.threshold(of: second) == nil)
        try store.setThreshold(of: first.reference, to: nil, by: "ann", reason: "")
        #expect(try store.threshold(of: first) == nil)
        #expect(try store.decisions(of: "wood").map(\.decidedBy) == ["ann", "bob", "ann"])
        for value in [Double.infinity, .nan] {
            #expect(throws: RegistryError.self) {
                try store.setThreshold(of: first.reference, to: value, by: "ann", reason: "")
            }
        }
        #expect(try store.verifyHistory().faults == [])
        try store.database.write { try $0.execute(sql: "UPDATE thresholdDecision SET value = 9 WHERE id = 1") }
        #expect(
            try store.verifyHistory().faults.map { "\($0)" }.contains {
                $0.hasPrefix("the decision about a threshold 1 was edited")
            })
    }

    @Test("The anchor is the one that a user set, or else the first promoted model")
    func anchor() throws {
        let (first, second) = (try register("a"), try register("b"))
        #expect(try store.anchor(of: "wood") == nil)
        try store.promote(second.reference, by: "ann", reason: "")
        try store.promote(first.reference, by: "ann", reason: "")
        #expect(try store.anchor(of: "wood") == second)
        try store.setAnchor(first.reference, by: "ann", reason: "audited")
        #expect(try store.anchor(of: "wood") == first)
        #expect(try store.decisions(of: "wood").map(\.kind) == [.anchor])
        #expect(throws: RegistryError.self) {
            try store.setAnchor(ModelReference("wood@3")!, by: "ann", reason: "")
        }
        try FileManager.default.removeItem(atPath: store.objectPath(second.digest))
        #expect(throws: RegistryError.self) { try store.setAnchor(second.reference, by: "ann", reason: "") }
        #expect(try store.verifyHistory().faults == [])
        try store.database.write { try $0.execute(sql: "UPDATE anchorDecision SET model = 2") }
        #expect(
            try store.verifyHistory().faults.map { "\($0)" } == [
                "the decision about an anchor 1 was edited after it was recorded in entry 5 of the history"
            ])
    }

    @Test("A model whose file was collected cannot be promoted")
    func collected() throws {
        let (first, second) = (try register("a"), try register("b"))
        try store.promote(first.reference, by: "ann", reason: "")
        try store.promote(second.reference, by: "ann", reason: "")
        try FileManager.default.removeItem(atPath: store.objectPath(first.digest))
        for body in [
            { _ = try store.promote(first.reference, by: "ann", reason: "") },
            { _ = try store.rollBack("wood", by: "ann", reason: "") },
        ] {
            let error = #expect(throws: RegistryError.self, performing: body)
            #expect("\(error!)".contains("wood@1: its file was collected from the store"))
        }
        #expect(try store.production(of: "wood") == second)
    }

    /// Runs an action of a stage that uses a model; a cached one unless `isComputed`.
    private func makeCard(
        _ text: String, of model: Digest, stage: String = "card", input: String = "model", isComputed: Bool = true
    ) throws {
        let key = ActionKey(
            stage: stage, version: 1, parts: [KeyPart("text", .text(text))],
            inputs: [ActionInput(name: input, digest: model)])
        let run = try store.beginExecution(command: "test", versions: "")
        if isComputed {
            let bytes = Array(text.utf8)
            let output = ActionOutput(name: "card.md", digest: try store.put(bytes: bytes), sizeBytes: bytes.count)
            try store.commit(
                JobRecord(
                    key: key, attempt: try store.beginAttempt(key, execution: run, task: nil), task: "wood/card",
                    outcome: .succeeded(ActionResult(outputs: [output])), startedAt: 1, durationSeconds: 1),
                execution: run)
        }
        let keys = TaskKeys([TaskKeys.Entry(task: "wood/card", key: key.digest)])
        try store.endExecution(run, outcome: .succeeded, keys: keys)
    }

    @Test("The cards of a model are in order of their last runs, latest first")
    func cards() throws {
        let (model, other) = (try register("a").digest, try register("b").digest)
        #expect(try store.cards(of: model).isEmpty)
        try makeCard("first", of: model)
        try makeCard("second", of: model)
        try makeCard("of another", of: other)
        try makeCard("a score", of: model, stage: "score")
        try makeCard("a comparison", of: model, input: "former")
        func texts() throws -> [String] {
            try store.cards(of: model).map { String(decoding: try store.read($0["card.md"]!), as: UTF8.self) }
        }
        #expect(try texts() == ["second", "first"])
        try makeCard("first", of: model, isComputed: false)
        #expect(try texts() == ["first", "second"])
        #expect(try store.cards(of: Digest.of(text: "unknown")).isEmpty)
    }

    @Test("Errors about unknown models list the known ones")
    func unknown() throws {
        _ = try register("a")
        for (text, words) in [
            ("tile", "no model of this name"), ("wood", "in production"), ("wood@7", "its versions are 1"),
        ] {
            let error = #expect(throws: RegistryError.self) { try store.model(ModelReference(text)!) }
            #expect("\(error!)".contains(words) && error?.exitCode == 66)
        }
    }

    @Test("A promotion records its predecessor, and an overtaken one is refused")
    func promotion() throws {
        for text in ["a", "b", "c"] { _ = try register(text) }
        let first = try store.promote(ModelReference("wood@1")!, replacing: 0, by: "ann", reason: "first")
        #expect(first.replaced == nil && first.model.version == 1)
        _ = try store.promote(ModelReference("wood@3")!, replacing: 1, by: "bob", reason: "better")
        #expect(try store.model(ModelReference("wood")!).version == 3)
        let error = #expect(throws: RegistryError.self) {
            try store.promote(ModelReference("wood@2")!, replacing: 1, by: "ann", reason: "late")
        }
        #expect("\(error!)".contains("version 3 is in production now"))
        // A second promotion changes nothing.
        _ = try store.promote(ModelReference("wood@3")!, by: "ann", reason: "again")
        let history = try store.promotions(of: "wood")
        #expect(history.map(\.model.version) == [1, 3] && history.map(\.replaced) == [nil, 1])
        #expect(history.map(\.decidedBy) == ["ann", "bob"] && history.map(\.reason) == ["first", "better"])
    }

    @Test("Rollbacks go back step by step, also after further promotions, down to the first")
    func rollback() throws {
        for text in ["a", "b", "c", "d"] { _ = try register(text) }
        func inProduction() throws -> Int { try store.model(ModelReference("wood")!).version }
        func refusal() -> RegistryError? {
            #expect(throws: RegistryError.self) { try store.rollBack("wood", by: "ann", reason: "") }
        }
        #expect("\(refusal()!)".contains("no model of this name is in production"))
        for version in 1...3 { try store.promote(ModelReference("wood@\(version)")!, by: "ann", reason: "") }
        #expect(try store.rollBack("wood", by: "ann", reason: "worse").replaced.version == 3)
        #expect(try inProduction() == 2)
        try store.promote(ModelReference("wood@4")!, by: "ann", reason: "")
        _ = try store.rollBack("wood", by: "ann", reason: "")
        #expect(try inProduction() == 2)
        _ = try store.rollBack("wood", by: "ann", reason: "")
        #expect(try inProduction() == 1)
        #expect("\(refusal()!)".contains("has no predecessor"))
        #expect(try store.promotions(of: "wood").map(\.kind.rawValue).filter { $0 == "rolledBack" }.count == 3)
    }
}
