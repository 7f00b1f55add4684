import Foundation
import Host
import PipelineTestSupport
import Testing

@testable import ContentStore

@Suite("Blobs")
struct BlobTests {
    let fixture: StoreFixture
    var store: ContentStore { fixture.store }

    init() throws { fixture = try StoreFixture() }

    @Test("Stored bytes are read back, also an empty blob", arguments: [0, 1, 3 << 20])
    func roundTrip(count: Int) throws {
        let bytes = [UInt8](repeating: 7, count: count)
        let digest = try store.put(bytes: bytes)
        #expect(digest == Digest.of(bytes))
        #expect(try store.read(digest) == bytes)
        #expect(try store.put(bytes: bytes) == digest)
    }

    @Test("A blob is stored under its digest, read-only, without temporary files")
    func layout() throws {
        let digest = try store.put(bytes: [1, 2, 3])
        let path = store.objectPath(digest)
        #expect(path == store.path + "/objects/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o444)
        #expect(try FolderOperations.names(in: store.path + "/attempts") == [])
    }

    @Test("A file is moved into the store, or removed if its content is stored already")
    func moving() throws {
        let file = try fixture.folder.write("content", to: "file")
        let digest = try store.put(movingFile: file)
        #expect(digest == Digest.of(text: "content"))
        #expect(try !FolderOperations.exists(file))
        try fixture.folder.write("content", to: "file")
        #expect(try store.put(movingFile: file) == digest)
        #expect(try !FolderOperations.exists(file))
    }

    @Test("A file with a second hard link is copied, so that writes through that link cannot change the blob")
    func hardLink() throws {
        let file = try fixture.folder.write("content", to: "file")
        let other = fixture.folder.path + "/other"
        try FileManager.default.linkItem(atPath: file, toPath: other)
        let digest = try store.put(movingFile: file)
        try Data("changed".utf8).write(to: URL(fileURLWithPath: other))
        #expect(try store.read(digest) == Array("content".utf8))
    }

    @Test("Links, folders and pipes are refused")
    func irregular() throws {
        let folder = fixture.folder.path
        let file = try fixture.folder.write("content", to: "file")
        try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: file)
        let created = unsafe mkfifo(folder + "/pipe", 0o600)
        #expect(created == 0)
        #expect(throws: StoreError.self) { try store.put(movingFile: folder + "/link") }
        #expect(throws: StoreError.notARegularFile(path: folder)) { try store.put(movingFile: folder) }
        #expect(throws: StoreError.notARegularFile(path: folder + "/pipe")) {
            try store.put(movingFile: folder + "/pipe")
        }
    }

    @Test("A damaged blob is reported, set aside and recorded, and can be stored again")
    func damaged() throws {
        let digest = try store.put(bytes: Array("good".utf8))
        let path = store.objectPath(digest)
        try FileManager.default.removeItem(atPath: path)
        try Data("evil".utf8).write(to: URL(fileURLWithPath: path))
        let moved = store.path + "/damaged/" + digest.hex
        #expect(throws: StoreError.damagedBlob(digest, found: .of(text: "evil"), movedTo: moved)) {
            try store.read(digest)
        }
        #expect(try !store.contains(digest))
        #expect(try FolderOperations.exists(moved))
        #expect(throws: StoreError.missingBlob(digest)) { try store.read(digest) }
        store.flush()
        #expect(try store.ledger().map(\.kind) == ["damaged"])
        #expect(try store.ledger().first?.digest == digest)
        #expect(try store.put(bytes: Array("good".utf8)) == digest)
        #expect(try store.read(digest) == Array("good".utf8))
    }

    @Test("Of several threads that find a damaged blob, one sets it aside and the others find it missing")
    func damagedForMany() throws {
        let digest = try store.put(bytes: Array(repeating: 1, count: 100_000))
        try FileManager.default.removeItem(atPath: store.objectPath(digest))
        try Data(count: 100_000).write(to: URL(fileURLWithPath: store.objectPath(digest)))
        let errors = Monitor<[StoreError]>([])
        ThreadTeam.run(count: 6, named: "reader") { [store] _ in
            do {
                _ = try store.read(digest)
            } catch {
                errors.update { $0.append(error as? StoreError ?? .missingBlob(.of(text: "\(error)"))) }
            }
        }
        let found = errors.inspect { $0 }
        #expect(found.count == 6)
        #expect(found.count { $0 == .missingBlob(digest) } == 5)
        store.flush()
        #expect(try store.ledger().count == 1)
    }

    @Test("A truncated blob is replaced when it is stored again")
    func cutShort() throws {
        let digest = try store.put(bytes: Array("whole".utf8))
        try FileManager.default.removeItem(atPath: store.objectPath(digest))
        try Data().write(to: URL(fileURLWithPath: store.objectPath(digest)))
        #expect(try store.put(bytes: Array("whole".utf8)) == digest)
        #expect(try store.read(digest) == Array("whole".utf8))
    }

    /// Waits until this process has `path` open, then does something to it.
    private func meddle(with path: String, _ body: @escaping @Sendable () -> Void) throws {
        try ThreadTeam.start(named: "meddler") {
            let own = "/proc/self/fd"
            while (try? FolderOperations.exists(path + ".done")) != true {
                let isOpen = (try? FolderOperations.names(in: own))?.contains {
                    (try? FileManager.default.destinationOfSymbolicLink(atPath: own + "/" + $0)) == path
                }
                if isOpen == true { return body() }
            }
        }
    }

    @Test(
        "A file that is modified or replaced while it is hashed is refused",
        arguments: [true, false])
    func changing(isExchanged: Bool) throws {
        let file = fixture.folder.path + "/file", other = file + ".other"
        try AtomicFile.write([UInt8](repeating: 1, count: 200 << 20), to: file, onlyIfChanged: false)
        try AtomicFile.write([UInt8](repeating: 2, count: 10), to: other, onlyIfChanged: false)
        try meddle(with: file) {
            if isExchanged {
                unsafe rename(other, file)
            } else if let handle = FileHandle(forWritingAtPath: file) {
                handle.write(Data([9]))
                try? handle.close()
            }
        }
        #expect(throws: StoreError.changedWhileRead(path: file)) { try store.put(movingFile: file) }
        _ = try fixture.folder.write("", to: "file.done")
        #expect(try store.listing().blobs.isEmpty)
    }

    @Test("Looking up a result marks its blobs as used, if their mark is old")
    func use() throws {
        let digest = try store.put(bytes: [1])
        let path = store.objectPath(digest)
        let old = Date(timeIntervalSinceNow: -86_400)
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path)
        #expect(try store.contains(digest))
        #expect(try FileSignature(path: path)!.modifiedNanoseconds < HostClock.wallNanoseconds() - 80_000_000_000_000)
        #expect(try store.use(digest))
        let marked = try FileSignature(path: path)
        #expect(marked!.modifiedNanoseconds > HostClock.wallNanoseconds() - 60_000_000_000)
        #expect(try store.use(digest) && !store.use(.of(text: "unknown")))
        #expect(try FileSignature(path: path) == marked)
    }
}
