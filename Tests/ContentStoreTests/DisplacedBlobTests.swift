import Foundation
import PipelineTestSupport
import Testing

@testable import ContentStore

/// Other entries in place of a blob or a folder of blobs.
@Suite("Displaced blobs")
struct DisplacedBlobTests {
    enum Thing: CaseIterable, Sendable {
        case folder, fullFolder, pipe, socket, loop, danglingLink

        func make(at path: String) throws {
            switch self {
            case .folder, .fullFolder:
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                if self == .fullFolder { try Data("x".utf8).write(to: URL(filePath: path + "/file")) }
            case .pipe: #expect(unsafe mkfifo(path, 0o644) == 0)
            case .socket: #expect(unsafe mknod(path, S_IFSOCK | 0o644, 0) == 0)
            case .loop: #expect(unsafe symlink(path, path) == 0)
            case .danglingLink: #expect(unsafe symlink(path + "-none", path) == 0)
            }
        }
    }

    private let fixture: StoreFixture
    private var store: ContentStore { fixture.store }
    private let content = Array("content".utf8)
    private let digest = Digest.of(text: "content")

    init() throws { fixture = try StoreFixture() }

    private func displace(by thing: Thing) throws {
        #expect(try store.put(bytes: content) == digest)
        try FileManager.default.removeItem(atPath: store.objectPath(digest))
        try thing.make(at: store.objectPath(digest))
    }

    @Test("Every operation sets it aside, and the blob can be stored again", arguments: Thing.allCases)
    func setAside(_ thing: Thing) throws {
        let finders: [(ContentStore) throws -> Bool] = [
            { [digest] in try !$0.use(digest) }, { [digest] in (try? $0.read(digest)) == nil },
            { [digest] in (try? $0.verifiedPath(digest)) == nil },
            { try $0.verify(threads: 1).damaged.count == (thing == .danglingLink ? 0 : 1) },
            { [content, digest] in try $0.put(bytes: content) == digest },
        ]
        for find in finders {
            try displace(by: thing)
            let reopened = try fixture.reopened()
            #expect(try find(reopened))
            #expect(try reopened.put(bytes: content) == digest)
            #expect(try reopened.read(digest) == content)
            #expect(try reopened.verify(threads: 2).isSound)
        }
        // Repeated damage of one blob gets distinct names.
        if thing == .fullFolder { #expect(try FolderOperations.names(in: store.path + "/damaged").count > 1) }
    }

    @Test("A store opened read-only reports it and leaves it in place", arguments: [Thing.folder, .pipe, .loop])
    func readOnly(_ thing: Thing) throws {
        try displace(by: thing)
        store.flush()
        let reader = try ContentStore(path: store.path, mode: .readOnly)
        #expect(try !reader.use(digest) && !reader.contains(digest))
        let report = try reader.verify(threads: 2)
        #expect(report.damaged.map(\.digest) == [digest] && !report.isSound)
        #expect(report.damaged[0].sentence.contains("it was left in place"), "\(report.damaged[0].sentence)")
        #expect(try FolderOperations.names(in: store.path + "/damaged") == [])
    }

    @Test("Opening a store moves away a file in place of a folder of blobs")
    func folderOfBlobs() throws {
        let folder = FolderOperations.parent(of: store.objectPath(digest))
        fixture.close()
        try FileManager.default.removeItem(atPath: folder)
        try Data("x".utf8).write(to: URL(filePath: folder))
        try fixture.open()
        #expect(try store.put(bytes: content) == digest)
        #expect(try store.verify(threads: 1).isSound)
        #expect(try FolderOperations.names(in: store.path + "/damaged").count == 1)
    }

    @Test(
        "Foreign names among the attempts do not prevent opening",
        arguments: ["-5", "+5", "0", "007", "9223372036854775807", "9223372036854775808", "blob--1-2", "blob-x", "1e9"])
    func strangeNames(_ name: String) throws {
        fixture.close()
        try FileManager.default.createDirectory(
            atPath: fixture.path + "/attempts/" + name, withIntermediateDirectories: true)
        try fixture.open()
        #expect(try store.put(bytes: content) == digest)
    }

    @Test("Numbers of runs and attempts without a successor never cause a trap")
    func numbers() throws {
        let key = StoreFixture.key("a")
        let attempt = try store.beginAttempt(key, execution: fixture.execution, task: "a")
        try store.commit(fixture.record(key, attempt, output: "x"), execution: fixture.execution)
        try store.database.write { try $0.execute(sql: "UPDATE job SET attempt = 9223372036854775807") }
        _ = try store.beginAttempt(key, execution: fixture.execution, task: "a")
        let other = try StoreFixture()
        try other.store.database.write { try $0.execute(sql: "UPDATE execution SET id = 9223372036854775807") }
        #expect(throws: StoreError.self) { try other.store.beginExecution(command: "", versions: "") }
    }
}
