import Folders
import Glibc
import Synchronization

/// The blobs of a store without its database, for processes that compute for another one: blobs are read, and added, but never
/// changed or removed.
public final class BlobFolder: Sendable {
    private let store: String
    private let cache: NodeCache?
    private let verified = Mutex<Set<Digest>>([])

    /// - Parameters:
    ///   - store: the folder of the store.
    ///   - cache: where copies of what is read are kept, on a disk of this machine.
    public init(store: String, cache: NodeCache? = nil) { (self.store, self.cache) = (store, cache) }

    /// Where a blob is, or would be. Nothing is checked.
    package static func path(of digest: Digest, in store: String) -> String {
        ContentStore.objectPath(digest, store: store)
    }

    /// The path of a blob whose content has been checked against its digest, once by this object. Throws
    /// `StoreError.missingBlob` or `.damagedBlob`.
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
            // What cannot be read as a file is damaged.
            guard error.isDefectOfBlob else { throw error }
        }
        guard found == digest else {
            throw StoreError.damagedBlob(digest, found: found, movedTo: nil)
        }
        verified.withLock { _ = $0.insert(digest) }
        return object
    }

    /// Gives a file that nobody else has the name of a blob, in the end durably. It must be on the file system of the store. A
    /// blob that is damaged is replaced by it. Throws `StoreError`.
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
        // Also of one that was there: whoever put it there may not have got that far.
        try FolderOperations.synchronize(
            FolderOperations.parent(of: ContentStore.objectPath(digest, store: store)))
        verified.withLock { _ = $0.insert(digest) }
        return (digest, sizeBytes)
    }

    /// Stores bytes as a blob, by way of `temporary`, a path in a folder that nobody else writes to. Throws `StoreError`.
    public func publish(_ bytes: [UInt8], by temporary: String) throws -> Digest {
        try AtomicFile.writePrivate(bytes, to: temporary)
        return try publish(movingFile: temporary).digest
    }
}
