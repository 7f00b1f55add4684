import Glibc
import Synchronization

/// The blobs of a store without its database, for processes that compute for another one: to be read only.
public final class BlobFolder: Sendable {
    private let store: String
    private let verified = Mutex<Set<Digest>>([])

    /// - Parameter store: the folder of the store.
    public init(store: String) { self.store = store }

    /// The path of a blob whose content has been checked against its digest, once by this object. Throws
    /// `StoreError.missingBlob` or `.damagedBlob`.
    public func verifiedPath(_ digest: Digest) throws -> String {
        let path = ContentStore.objectPath(digest, store: store)
        if verified.withLock({ $0.contains(digest) }), FolderOperations.exists(path) { return path }
        var found: Digest?
        do throws(StoreError) {
            found = try OpenFile.reading(path).blobDigest()
        } catch {
            if case .fileSystem(_, _, ENOENT) = error { throw StoreError.missingBlob(digest) }
            // What the disk cannot read is damaged.
            guard error.isDefectOfTheDisk else { throw error }
        }
        guard found == digest else {
            throw StoreError.damagedBlob(digest, found: found, movedTo: "no other place, as this process only reads")
        }
        verified.withLock { _ = $0.insert(digest) }
        return path
    }
}
