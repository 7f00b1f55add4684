import Folders
import Glibc
import Host
import Synchronization

extension ContentStore {
    /// The path of a blob, stored or not: `objects/ab/cdef...`. The file must never be modified.
    public func objectPath(_ digest: Digest) -> String { Self.objectPath(digest, store: path) }

    static func objectPath(_ digest: Digest, store: String) -> String {
        var store = store
        return store.withUTF8 { store in
            let count = store.count + 9 + 65
            return unsafe String(unsafeUninitializedCapacity: count) { buffer in
                var end = unsafe buffer[..<store.count].update(fromContentsOf: store)
                let folder: StaticString = "/objects/"
                for index in 0..<9 { unsafe buffer[end + index] = folder.utf8Start[index] }
                end += 9
                for index in 0..<64 {
                    if index == 2 {
                        unsafe buffer[end] = UInt8(ascii: "/")
                        end += 1
                    }
                    unsafe buffer[end] = digest.hexDigit(index)
                    end += 1
                }
                return end
            }
        }
    }

    /// The validity of a mark of use: writing one costs as much as inspecting the file.
    private static let useNanoseconds: Int64 = 600_000_000_000

    /// True if the blob exists; marks it as used, which protects it from garbage collection. The mark is the
    /// modification time of the file, so it costs no transaction.
    ///
    /// With `sizeBytes`, only if the blob has this size: a truncated one does not count. Anything else in its place,
    /// such as a folder, is moved away. Throws if the file system does not answer.
    public func use(_ digest: Digest, sizeBytes: Int? = nil) throws(StoreError) -> Bool {
        guard let signature = try signature(of: digest) else { return false }
        guard signature.isRegular else {
            if committer != nil { try requireSetAside(digest, found: nil) }
            return false
        }
        guard sizeBytes.map({ $0 == signature.sizeBytes }) ?? true else { return false }
        return mark(signature, digest)
    }

    /// Nil if the blob is absent, or a dangling link.
    func signature(of digest: Digest) throws(StoreError) -> FileSignature? {
        do {
            return try FileSignature(path: objectPath(digest))
        } catch .fileSystem(_, _, ELOOP) {
            if committer != nil { try requireSetAside(digest, found: nil) }
            return nil
        }
    }

    /// Returns false if the blob has vanished.
    @discardableResult
    func mark(_ signature: FileSignature, _ digest: Digest) -> Bool {
        guard committer != nil, HostClock.wallNanoseconds() - signature.modifiedNanoseconds > Self.useNanoseconds else {
            return true
        }
        return unsafe utimensat(AT_FDCWD, objectPath(digest).systemPath, nil, 0) == 0 || !SystemReason.isAbsence(errno)
    }

    /// True if the blob exists; does not read it. Throws if the file system does not answer.
    public func contains(_ digest: Digest) throws(StoreError) -> Bool {
        try signature(of: digest)?.isRegular ?? false
    }

    /// Ensures that a blob is complete and flushed before a name refers to it. Throws `StoreError.missingBlob`.
    package func settleBlob(_ digest: Digest) throws {
        guard let signature = try FileSignature(path: objectPath(digest)),
            try isPresent(digest, sizeBytes: Int(signature.sizeBytes))
        else { throw StoreError.missingBlob(digest) }
        try settle()
    }

    /// The verified content of a blob. A damaged blob is moved to `damaged/`, recorded in the ledger and thrown as
    /// `.damagedBlob`, an absent one as `.missingBlob`.
    public func read(_ digest: Digest) throws(StoreError) -> [UInt8] {
        do throws(StoreError) {
            let content = try opened(digest).readAll()
            let found = Digest.of(content)
            guard found == digest else { throw setAside(digest, found: found) }
            return content
        } catch {
            throw error.isDefectOfBlob ? setAside(digest, found: nil) : error
        }
    }

    /// The path of a blob, verified once per process. Throws like `read`.
    public func verifiedPath(_ digest: Digest) throws(StoreError) -> String {
        let object = objectPath(digest)
        do throws(StoreError) {
            let file = try opened(digest)
            if !verifiedBlobs.withLock({ $0.contains(digest) }) {
                let found = try file.blobDigest()
                guard found == digest else { throw setAside(digest, found: found) }
                noteVerified(digest)
            }
            // Memos are used without `use`, so they are marked here.
            try mark(file.signature(), digest)
        } catch {
            throw error.isDefectOfBlob ? setAside(digest, found: nil) : error
        }
        return object
    }

    /// Verifies a blob again that another process found damaged.
    public func recheckedPath(_ digest: Digest) throws(StoreError) -> String {
        verifiedBlobs.withLock { _ = $0.remove(digest) }
        return try verifiedPath(digest)
    }

    func opened(_ digest: Digest) throws(StoreError) -> OpenFile {
        do {
            return try OpenFile.reading(objectPath(digest))
        } catch {
            throw error.isAbsence ? .missingBlob(digest) : error
        }
    }

    func noteVerified(_ digest: Digest) {
        verifiedBlobs.withLock { verified in
            if verified.count >= 1 << 17 { verified.removeAll() }
            verified.insert(digest)
        }
    }
}
