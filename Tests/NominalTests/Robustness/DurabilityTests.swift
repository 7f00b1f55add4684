import ContentStore
import Foundation
import Testing

/// The order in which a run flushes files, from system calls.
@Suite struct DurabilityTests {
    private let fixture: CommandLineFixture
    private let calls: [FileFaults.Call]

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest(categories: ["wood"], steps: 4)
        let log = fixture.place("calls")
        let outcome = try fixture.nominal(
            environment: FileFaults.environment(log: log, below: fixture.place(".nominal")), ["run", "tiny.json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        calls = try FileFaults.calls(log: log)
    }

    /// Returns the position of the first matching call from `start` on.
    private func first(from start: Int = 0, _ fits: (FileFaults.Call) -> Bool) -> Int? {
        calls.indices.dropFirst(start).first { fits(calls[$0]) }
    }

    @Test("A blob's content and name are flushed before the database row that refers to it is written")
    func order() throws {
        let names = calls.indices.filter { calls[$0].name == "rename" && calls[$0].path.contains(" -> objects/") }
        #expect(names.count > 20)
        // The ledger of input files has their digests, because masks may be stored unchanged.
        let inputs = Set(
            try fixture.files(below: "data").map { try Digest.of(filePath: fixture.place("data/" + $0)).hex })
        for named in names {
            let (temporary, object) = try #require(
                calls[named].path.firstRange(of: " -> ").map {
                    (calls[named].path[..<$0.lowerBound], calls[named].path[$0.upperBound...])
                })
            let written = calls.indices.prefix(named).last { calls[$0].name == "write" && calls[$0].path == temporary }
            let contentFlushed = try #require(
                first(from: written ?? 0) { $0.name == "fsync" && ($0.path == temporary || $0.path == object) },
                "\(object) is never flushed")
            let folder = object.prefix { $0 != "/" } + "/" + object.dropFirst("objects/".count).prefix(2)
            let folderFlushed = try #require(
                first(from: named) { $0.name == "fsync" && $0.path == folder }, "\(folder) is never flushed")
            let digest = String(object.dropFirst("objects/".count).replacing("/", with: ""))
            guard !inputs.contains(digest) else { continue }
            let fact = try #require(
                first { $0.path.hasSuffix("-wal") && $0.bytes.contains(digest) }, "no fact names \(digest)")
            #expect(contentFlushed < fact, "\(digest) is in the journal before it is flushed")
            #expect(folderFlushed < fact, "\(digest) is in the journal before its name is flushed")
        }
    }

    @Test("A finished task is reported only after the journal with its result was flushed")
    func journal() throws {
        let lastWrite = try #require(
            calls.indices.last { calls[$0].name == "write" && calls[$0].path.hasSuffix("-wal") })
        let flush = first(from: lastWrite) { $0.name == "fsync" && $0.path.hasSuffix("-wal") }
        #expect(flush != nil, "the last commit is not flushed")
    }
}
