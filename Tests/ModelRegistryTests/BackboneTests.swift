import ModelRegistry
import PipelineTestSupport
import Testing

@testable import ContentStore

@Suite("Backbones under names")
struct BackboneTests {
    let fixture: StoreFixture
    var store: ContentStore { fixture.store }

    init() throws { fixture = try StoreFixture() }

    @Test("A name has one backbone")
    func names() throws {
        let (first, second) = (try store.put(bytes: [1]), try store.put(bytes: [2]))
        #expect(try store.add(backbone: first, as: "lite2"))
        #expect(try !store.add(backbone: first, as: "lite2"))
        #expect(try store.add(backbone: second, as: "a.resnet"))
        #expect(try store.backbones().map(\.name) == ["a.resnet", "lite2"])
        #expect(try store.backbone("lite2").digest == first)
        let taken = #expect(throws: RegistryError.self) { try store.add(backbone: second, as: "lite2") }
        #expect(taken?.exitCode == 65 && "\(taken!)".contains("the name is taken"))
        for name in ["", "a b", "../x", ".x", String(repeating: "a", count: 101)] {
            let refused = #expect(throws: RegistryError.self) { try store.add(backbone: first, as: name) }
            #expect(refused?.exitCode == 65, "\(name)")
        }
        let absent = Digest.of(text: "absent")
        #expect(throws: StoreError.missingBlob(absent)) { try store.add(backbone: absent, as: "x") }
    }

    @Test("Garbage collection keeps a backbone until its name is removed")
    func collection() throws {
        let digest = try store.put(bytes: Array("weights".utf8))
        try store.add(backbone: digest, as: "lite2")
        let policy = CollectionPolicy(keepRuns: 0, keepUsedSeconds: 0, maximumBytes: 0)
        func isKept() throws -> Bool {
            fixture.close()
            _ = try ContentStore.collect(path: fixture.path, policy)
            try fixture.open()
            return try store.contains(digest)
        }
        #expect(try isKept())
        try store.remove(backbone: "lite2")
        let unknown = #expect(throws: RegistryError.self) { try store.remove(backbone: "lite2") }
        #expect(unknown == .unknownBackbone(name: "lite2", known: []) && unknown?.exitCode == 66)
        #expect(try !isKept())
    }
}
