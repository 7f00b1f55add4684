import Foundation
import Host
import PipelineTestSupport
import Synchronization
import Testing

@testable import ContentStore

@Suite("Verification")
struct VerificationTests {
    let fixture: StoreFixture
    var store: ContentStore { fixture.store }

    init() throws { fixture = try StoreFixture() }

    private func overwrite(_ digest: Digest, _ bytes: [UInt8]) throws {
        try FileManager.default.removeItem(atPath: store.objectPath(digest))
        try Data(bytes).write(to: URL(fileURLWithPath: store.objectPath(digest)))
    }

    @Test("An intact store has no faults, on any number of threads", arguments: [1, 3])
    func whole(threads: Int) throws {
        for number in 0..<40 { _ = try store.put(bytes: [UInt8](repeating: UInt8(number), count: 1000 * number)) }
        let progress = Mutex(0)
        let report = try store.verify(threads: threads) { done, total in
            progress.withLock { $0 = max($0, done) }
            return total == 780_000
        }
        #expect(report.isSound && report.blobs == 40 && report.sizeBytes == 780_000)
        #expect(progress.withLock { $0 } == 780_000)
    }

    @Test("Damaged blobs are moved away and recorded, intact ones stay")
    func damaged() throws {
        let digests = try (0..<5).map { try store.put(bytes: [UInt8](repeating: UInt8($0), count: 100)) }
        try overwrite(digests[0], [0])
        try overwrite(digests[1], [UInt8](repeating: 9, count: 100))
        try overwrite(digests[2], [])
        let report = try store.verify(threads: 2)
        #expect(report.damaged.map(\.digest) == digests[..<3].sorted())
        #expect(!report.isSound)
        #expect(try digests.map { try store.contains($0) } == [false, false, false, true, true])
        #expect(try FolderOperations.names(in: store.path + "/damaged") == digests[..<3].map(\.hex).sorted())
        #expect(try store.ledger().map(\.kind) == ["damaged", "damaged", "damaged"])
        #expect(try store.verify(threads: 2).isSound)
    }

    @Test("Contradictory facts are faults, missing blobs are counted, foreign files are named")
    func facts() throws {
        let key = StoreFixture.key("a")
        let attempt = try store.beginAttempt(key, execution: fixture.execution, task: nil)
        try store.commit(fixture.record(key, attempt, output: "x"), execution: fixture.execution)
        #expect(try store.verify(threads: 1).absentBlobs == 1, "the reference was never stored")
        try store.database.write { try $0.run("UPDATE artifact SET sizeBytes = 7 WHERE sizeBytes = 1", []) }
        let stray = store.path + "/objects/ab/note.txt"
        try Data().write(to: URL(fileURLWithPath: stray))
        let beside = store.path + "/objects/note.txt"
        try Data().write(to: URL(fileURLWithPath: beside))
        let report = try store.verify(threads: 1)
        #expect(report.faults == ["the blob \(Digest.of(text: "x")) has 1 bytes, the database says 7"])
        #expect(report.strays == [stray, beside])
        #expect(try FolderOperations.exists(stray))
    }

    @Test("Marking a blob as used while it is hashed does not count as a change")
    func marked() throws {
        let digest = try store.put(bytes: [UInt8](repeating: 7, count: 64 << 20))
        let isOver = Atomic<Bool>(false)
        let path = store.objectPath(digest)
        try ThreadTeam.start(named: "marker") {
            while !isOver.load(ordering: .relaxed) { unsafe utimensat(AT_FDCWD, path, nil, 0) }
        }
        defer { isOver.store(true, ordering: .relaxed) }
        #expect(try store.verify(threads: 1).isSound)
        #expect(try fixture.reopened().verifiedPath(digest) == path)
    }

    @Test("A verified blob is verified again when another process found it damaged")
    func rechecked() throws {
        let digest = try store.put(bytes: [1, 2, 3])
        try overwrite(digest, [1, 2, 4])
        #expect(try store.verifiedPath(digest) == store.objectPath(digest))
        #expect(throws: StoreError.self) { try store.recheckedPath(digest) }
        #expect(try !store.contains(digest))
    }

    @Test("It stops on request")
    func interrupted() throws {
        for number in 0..<10 { _ = try store.put(bytes: [UInt8(number)]) }
        #expect(throws: StoreError.interrupted("verification")) { try store.verify(threads: 1) { _, _ in false } }
    }
}
