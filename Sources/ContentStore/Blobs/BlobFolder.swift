import Folders
import Glibc
import Synchronization

/// The blobs of a store without its database, for worker processes that read and add blobs.
public final class BlobFolder: Sendable {
    private let store: String
    private let cache: NodeCache?
    private let verified = Mutex<Set<Digest>>([])

    /// - Parameters:
    ///   - store: the folder of the store.
    ///   - cache: cache on a local disk for blobs that are read.
    public init(store: String, cache: NodeCache? = nil) { (self.store, self.cache) = (store, cache) }

    /// The path of a blob, stored or not.
    package static func path(of digest: Digest, in store: String) -> String {
        ContentStore.objectPath(digest, store: store)
    }

    /// The path of a blob, verified once by this object. Throws `StoreError.missingBlob` or `.damagedBlob`.
    public func verifiedPath(_ digest: Digest) throws -> String {
        try cache?.path(of: digest, from: ContentStore.objectPath(digest, store: store)) ?? verifiedObject(digest)
    }

    private func verifiedObject(_ digest: Digest) throws -> String {
        let object = ContentStore.objectPath(digest, store: store)
        if verified.withLock({ $0.contains(digest) }), try FolderOperations.exists(object) { return object }
        var found: Digest?
        do throws(StoreError) {
            found = try OpenFile.reading(object).blobDigest()
        } catch {
            if error.isAbsence { throw StoreError.missingBlob(digest) }
            // A blob that is unreadable as a file is damaged.
            guard error.isDefectOfBlob else { throw error }
        }
        guard found == digest else {
            throw StoreError.damagedBlob(digest, found: found, movedTo: nil)
        }
        verified.withLock { _ = $0.insert(digest) }
        return object
    }

    /// Moves a private file on the store's file system into the store, durably. It replaces a damaged blob. Throws
    /// `StoreError`.
    public func publish(movingFile path: String) throws -> (digest: Digest, sizeBytes: Int) {
        let file = try OpenFile.reading(path, flags: O_NOFOLLOW)
        let digest = try file.digest()
        let sizeBytes = Int(try file.signature().sizeBytes)
        if (try? verifiedObject(digest)) != nil {
            try FolderOperations.remove(path)
        } else {
            _ = unsafe chmod(path.systemPath, 0o444)
            try file.synchronize()
            try FolderOperations.move(path, to: ContentStore.objectPath(digest, store: store))
        }
        // Also flushes the name of an existing blob, which its writer may not have done yet.
        try FolderOperations.synchronize(
            FolderOperations.parent(of: ContentStore.objectPath(digest, store: store)))
        verified.withLock { _ = $0.insert(digest) }
        return (digest, sizeBytes)
    }

    /// Stores bytes as a blob, through the private file `temporary`. Throws `StoreError`.
    public func publish(_ bytes: [UInt8], by temporary: String) throws -> Digest {
        try AtomicFile.writePrivate(bytes, to: temporary)
        return try publish(movingFile: temporary).digest
    }
}
