import Folders
import Foundation
import GRDB
import PipelineTestSupport
import Synchronization
import Testing

@testable import ContentStore

@Suite("Digests of input files")
struct SourceTests {
    let folder: TemporaryFolder
    let store: ContentStore

    init() throws {
        folder = try TemporaryFolder()
        store = try ContentStore(path: folder.path + "/store")
    }

    /// Records a wrong digest for `path`, which reveals whether the file is read again.
    private func plant(_ digest: Digest, for path: String) throws {
        store.flush()
        try store.database.write {
            try $0.execute(
                sql: "UPDATE sourceFile SET digest = ?, readAt = readAt + 1000000000 WHERE path = ?",
                arguments: [digest.column, SourceKey.of(path)])
        }
    }

    @Test("A known file is read again only on request")
    func trusted() throws {
        let file = try folder.write("content", to: "file")
        #expect(try store.sourceDigest(path: file) == .of(text: "content"))
        try plant(.of(text: "planted"), for: file)
        #expect(try store.sourceDigest(path: file) == .of(text: "planted"))
        #expect(try store.sourceDigest(path: file, verifyContent: true) == .of(text: "content"))
    }

    @Test("An edit that keeps size and modification time is noticed")
    func sneakyEdit() throws {
        let file = try folder.write("content", to: "file")
        let date = Date(timeIntervalSince1970: 1_000_000_000)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file)
        _ = try store.sourceDigest(path: file)
        try plant(.of(text: "content"), for: file)
        usleep(20_000)
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.write(contentsOf: Data("CONTENT".utf8))
        try handle.close()
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file)
        #expect(try store.sourceDigest(path: file) == .of(text: "CONTENT"))
    }

    @Test(
        "A file that changed within a tenth of a second before it was read is read again",
        arguments: [(99_999_999, "content"), (100_000_000, "planted")])
    func unsettled(_ nanoseconds: Int, _ trusted: String) throws {
        let file = try folder.write("content", to: "file")
        _ = try store.sourceDigest(path: file)
        store.flush()
        try store.database.write {
            try $0.execute(
                sql: "UPDATE sourceFile SET digest = ?, readAt = changedAt + \(nanoseconds)",
                arguments: [Digest.of(text: "planted").column])
        }
        #expect(try store.sourceDigest(path: file) == .of(text: trusted))
    }

    @Test("Digests are in the order of the paths, on any number of threads", arguments: [1, 4])
    func bulk(threads: Int) throws {
        let files = try (0..<50).map { try folder.write("\($0)", to: "file\($0)") }
        let calls = Mutex(0)
        let digests = try store.sourceDigests(paths: files, threads: threads) { _, total in
            #expect(total == 50)
            calls.withLock { $0 += 1 }
        }
        #expect(digests == (0..<50).map { Digest.of(text: "\($0)") })
        #expect(calls.withLock { $0 } == 50)
        #expect(try store.sourceDigests(paths: []).isEmpty)
    }

    @Test("All unreadable files are listed")
    func unreadable() throws {
        let good = try folder.write("x", to: "good")
        let missing = [folder.path + "/a", folder.path]
        let error = #expect(throws: StoreError.self) { try store.sourceDigests(paths: [missing[0], good, missing[1]]) }
        guard case .unreadableSources(missing, let first) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(first.contains(missing[0]))
    }

    private func keys() throws -> [String] {
        store.flush()
        return try store.database.read { try String.fetchAll($0, sql: "SELECT path FROM sourceFile ORDER BY path") }
    }

    @Test("The store records digests of paths only")
    func noPaths() throws {
        let files = try (0..<3).map { try folder.write("\($0)", to: "file\($0)") }
        _ = try store.sourceDigests(paths: files)
        #expect(try keys() == files.map { "#" + Digest.of(text: $0).hex }.sorted())
    }

    @Test("A file replaced by a link out of its folder is not read")
    func replacedByLink() throws {
        try FileManager.default.createDirectory(atPath: folder.path + "/data", withIntermediateDirectories: true)
        let outside = try folder.write("secret", to: "outside")
        let file = folder.path + "/data/file"
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: outside)
        let data = NamedFolder(folder.path + "/data")
        let error = #expect(throws: StoreError.self) { try store.sourceDigests(paths: [file], in: [data]) }
        #expect("\(error!)".contains("\(file) leads to "), "\(error!)")
        #expect("\(error!)".contains("outside the folder \(folder.path)/data;"))
        #expect(throws: StoreError.self) { try AtomicFile.read(file, in: data) }
        let followed = NamedFolder(folder.path + "/data", followsLinks: true)
        #expect(try store.sourceDigests(paths: [file], in: [followed]) == [.of(text: "secret")])
        #expect(try AtomicFile.read(file, in: followed) == Array("secret".utf8))
    }
}

extension ContentStore {
    fileprivate func sourceDigest(path: String, verifyContent: Bool = false) throws -> Digest {
        try sourceDigests(paths: [path], verifyContent: verifyContent)[0]
    }
}
