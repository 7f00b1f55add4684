import Foundation
import PipelineTestSupport
import Testing

@testable import ContentStore

@Suite("Blob folders of workers")
struct BlobFolderTests {
    private let fixture: StoreFixture
    private let other: TemporaryFolder

    init() throws { (fixture, other) = (try StoreFixture(), try TemporaryFolder()) }

    private func file(_ text: String) throws -> String {
        let path = fixture.path + "/attempts/own-\(text.hashValue)"
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    @Test("A published file becomes a blob and disappears from its old place")
    func publishing() throws {
        let blobs = BlobFolder(store: fixture.path)
        let path = try file("abc")
        let (digest, sizeBytes) = try blobs.publish(movingFile: path)
        #expect(digest == Digest.of(Array("abc".utf8)) && sizeBytes == 3)
        #expect(try !FolderOperations.exists(path))
        #expect(try fixture.store.read(digest) == Array("abc".utf8))
        // A second worker publishes the same content.
        #expect(try blobs.publish(movingFile: file("abc")).digest == digest)
    }

    @Test("Publishing replaces a damaged blob")
    func replacing() throws {
        let digest = try fixture.store.put(bytes: [1, 2, 3])
        let object = fixture.store.objectPath(digest)
        try FileManager.default.removeItem(atPath: object)
        try Data([9]).write(to: URL(filePath: object))
        #expect(try BlobFolder(store: fixture.path).publish([1, 2, 3], by: fixture.path + "/attempts/x") == digest)
        #expect(try fixture.reopened().read(digest) == [1, 2, 3])
    }

    @Test("A cached blob is read from the cache")
    func caching() throws {
        let digest = try fixture.store.put(bytes: [1, 2, 3])
        fixture.store.flush()
        let cache = other.path + "/cache"
        let path = try BlobFolder(store: fixture.path, cache: NodeCache(folder: cache, limitBytes: 100))
            .verifiedPath(digest)
        #expect(path.hasPrefix(cache))
        try FileManager.default.removeItem(atPath: fixture.store.objectPath(digest))
        let again = try NodeCache(folder: cache, limitBytes: 100)
        let second = try BlobFolder(store: fixture.path, cache: again).verifiedPath(digest)
        #expect(try Data(contentsOf: URL(filePath: second)) == Data([1, 2, 3]))
    }

    @Test("A damaged copy in the cache is fetched again")
    func damagedCopy() throws {
        let digest = try fixture.store.put(bytes: [1, 2, 3])
        fixture.store.flush()
        let cache = other.path + "/cache"
        try FileManager.default.createDirectory(atPath: cache + "/blobs", withIntermediateDirectories: true)
        try Data([4, 5]).write(to: URL(filePath: cache + "/blobs/" + digest.hex))
        let blobs = BlobFolder(store: fixture.path, cache: try NodeCache(folder: cache, limitBytes: 100))
        let path = try blobs.verifiedPath(digest)
        #expect(try Data(contentsOf: URL(filePath: path)) == Data([1, 2, 3]))
    }

    @Test("The cache stays within its limit, and evicted copies stay readable")
    func limit() throws {
        let digests = try (0..<5).map { try fixture.store.put(bytes: [UInt8](repeating: $0, count: 40)) }
        fixture.store.flush()
        let cache = other.path + "/cache"
        let blobs = BlobFolder(store: fixture.path, cache: try NodeCache(folder: cache, limitBytes: 100))
        let paths = try digests.map { try blobs.verifiedPath($0) }
        #expect(try FolderOperations.names(in: cache + "/blobs").count == 2)
        #expect(try paths.map { try Data(contentsOf: URL(filePath: $0))[0] } == [0, 1, 2, 3, 4])
        // A blob larger than the cache is read in place.
        let large = try fixture.store.put(bytes: [UInt8](repeating: 9, count: 101))
        fixture.store.flush()
        #expect(try blobs.verifiedPath(large) == fixture.store.objectPath(large))
    }

    @Test(
        "An invalid limit is an error that names the expected value", arguments: ["", "much", "-1", "0"])
    func environment(limit: String) throws {
        let error = #expect(throws: NodeCacheError.self) {
            try NodeCache.fromEnvironment([NodeCache.folderVariable: other.path, NodeCache.limitVariable: limit])
        }
        #expect(error?.description.contains("NOMINAL_NODE_CACHE_BYTES is \"\(limit)\"; expected") == true)
        #expect(try NodeCache.fromEnvironment([:]) == nil)
    }

    @Test("The first of two published records wins")
    func firstRecord() throws {
        let folder = ElementFolder(other.path)
        #expect(try folder.publish([1], as: "0.json", by: other.path + "/a"))
        #expect(try !folder.publish([2], as: "0.json", by: other.path + "/b"))
        #expect(try AtomicFile.read(other.path + "/0.json") == [1])
        #expect(try folder.names() == ["0.json"])
    }
}
