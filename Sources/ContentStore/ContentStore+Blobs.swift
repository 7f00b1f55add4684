import Folders
import Glibc
import Synchronization

extension ContentStore {
    /// Where the blob is or would be: `objects/ab/cdef...`. The file must never be changed.
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

    /// How long a mark of use is good enough: writing one costs as much as looking at the file.
    private static let useNanoseconds: Int64 = 600_000_000_000

    /// True if the blob is there, as `contains`; marks it as used, which garbage collection respects. The mark is the time
    /// of the file, so that it costs no transaction, and is lost by nothing but a copy that does not keep times.
    ///
    /// With `sizeBytes`, only if it has this size: a cut blob is as good as none. Something else in its place, such as a folder,
    /// is moved away. Throws where the file system does not say what is there.
    public func use(_ digest: Digest, sizeBytes: Int? = nil) throws(StoreError) -> Bool {
        guard let signature = try signature(of: digest) else { return false }
        guard signature.isRegular else {
            if committer != nil { try requireSetAside(digest, found: nil) }
            return false
        }
        guard sizeBytes.map({ $0 == signature.sizeBytes }) ?? true else { return false }
        return mark(signature, digest)
    }

    /// `nil` when nothing is there, which a link that leads nowhere is too.
    private func signature(of digest: Digest) throws(StoreError) -> FileSignature? {
        do {
            return try FileSignature(path: objectPath(digest))
        } catch .fileSystem(_, _, ELOOP) {
            if committer != nil { try requireSetAside(digest, found: nil) }
            return nil
        }
    }

    /// Says whether the blob is still there.
    @discardableResult
    private func mark(_ signature: FileSignature, _ digest: Digest) -> Bool {
        guard committer != nil, HostClock.wallNanoseconds() - signature.modifiedNanoseconds > Self.useNanoseconds else {
            return true
        }
        return unsafe utimensat(AT_FDCWD, objectPath(digest).systemPath, nil, 0) == 0 || !SystemError.isAbsence(errno)
    }

    /// True if the blob is there; its content is not looked at. Throws where the file system does not say.
    public func contains(_ digest: Digest) throws(StoreError) -> Bool {
        try signature(of: digest)?.isRegular ?? false
    }

    /// Makes sure that a blob is stored whole and flushed, before it gets a name for good. Throws `StoreError.missingBlob`.
    func settleBlob(_ digest: Digest) throws {
        guard let signature = try FileSignature(path: objectPath(digest)),
            try isPresent(digest, sizeBytes: Int(signature.sizeBytes))
        else { throw StoreError.missingBlob(digest) }
        try settle()
    }

    /// Stores bytes; nothing happens when they are there already. Throws `StoreError`.
    public func put(bytes: [UInt8]) throws -> Digest {
        _ = try writable(to: "store a blob")
        let digest = Digest.of(bytes)
        if try isPresent(digest, sizeBytes: bytes.count) { return digest }
        let temporary = temporaryPath()
        do {
            let file = try OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: 0o444)
            try file.write(bytes)
            try name(temporary, digest, file)
        } catch {
            unsafe unlink(temporary.systemPath)
            throw error
        }
        return digest
    }

    /// Takes a regular file over into the store: hashed and renamed, not copied (unless it is on another file system or has a
    /// second name elsewhere), and flushed before the next commit. Throws `.changedWhileRead` when it changes meanwhile, and `StoreError`.
    public func put(movingFile file: String) throws -> Digest { try put(movingFileWithSize: file).digest }

    /// As `put(movingFile:)`, with the size in bytes.
    public func put(movingFileWithSize file: String) throws -> (digest: Digest, sizeBytes: Int) {
        _ = try writable(to: "store \(file)")
        let content = try OpenFile.reading(file, flags: O_NOFOLLOW)
        let digest = try content.digest()
        let signature = try content.signature()
        let sizeBytes = Int(signature.sizeBytes)
        if try isPresent(digest, sizeBytes: sizeBytes) {
            try FolderOperations.remove(file)
            return (digest, sizeBytes)
        }
        if signature.linkCount == 1, unsafe chmod(file.systemPath, 0o444) == 0 {
            do {
                try name(file, digest, content)
            } catch {
                // From another file system it is copied, below.
                guard case .fileSystem(_, _, let code) = error, code == EXDEV else { throw error }
                return try copying(file, digest, sizeBytes)
            }
            // What has been named has to be the very file that was hashed, and as it was: whoever still writes to it, or
            // put another one in its place meanwhile, must not get that published.
            // Another process may have named an equal one.
            let named = try FileSignature(path: objectPath(digest))
            guard try named?.isContinuation(of: signature) == true || isWhole(digest) else {
                verifiedBlobs.withLock { _ = $0.remove(digest) }
                try FolderOperations.remove(objectPath(digest))
                throw StoreError.changedWhileRead(path: file)
            }
            return (digest, sizeBytes)
        }
        return try copying(file, digest, sizeBytes)
    }

    private func copying(_ file: String, _ digest: Digest, _ sizeBytes: Int) throws -> (digest: Digest, sizeBytes: Int)
    {
        guard try put(copyOf: file) == digest else { throw StoreError.changedWhileRead(path: file) }
        try FolderOperations.remove(file)
        return (digest, sizeBytes)
    }

    /// Stores a copy of a file. Throws `StoreError`.
    public func put(copyOf file: String) throws -> Digest {
        _ = try writable(to: "store \(file)")
        let temporary = temporaryPath()
        defer { unsafe unlink(temporary.systemPath) }
        let copy = try OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL)
        try AtomicFile.copyContent(of: .reading(file), to: copy)
        return try put(movingFile: temporary)
    }

    /// The content of a blob, checked against its digest. A damaged blob is moved to `damaged/`, noted in the ledger
    /// and reported as `.damagedBlob`; an absent one as `.missingBlob`.
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

    /// The path of a blob whose content has been checked against its digest, once per process. Throws as `read` does.
    public func verifiedPath(_ digest: Digest) throws(StoreError) -> String {
        let object = objectPath(digest)
        do throws(StoreError) {
            let file = try opened(digest)
            if !verifiedBlobs.withLock({ $0.contains(digest) }) {
                let found = try file.blobDigest()
                guard found == digest else { throw setAside(digest, found: found) }
                noteVerified(digest)
            }
            // Memos are not looked up as results are, and count as used here.
            try mark(file.signature(), digest)
        } catch {
            throw error.isDefectOfBlob ? setAside(digest, found: nil) : error
        }
        return object
    }

    /// As `verifiedPath`, though the content was checked before: another process has found it wanting.
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

    /// As `setAside`; throws where the blob could not be moved away.
    private func requireSetAside(_ digest: Digest, found: Digest?) throws(StoreError) {
        let fault = setAside(digest, found: found)
        switch fault {
        case .damagedBlob, .missingBlob: return
        default: throw fault
        }
    }

    /// Moves a damaged blob out of the way, so that the next run makes it again; `.missingBlob` if that is done already.
    /// `found` is nil when it cannot be read as a file.
    func setAside(_ digest: Digest, found: Digest?) -> StoreError {
        guard let committer else {
            return .damagedBlob(digest, found: found, movedTo: nil)
        }
        let destination: String
        do throws(StoreError) {
            // Another thread may have noticed the damage too, and the blob may even have been made again since.
            let moved = try settingAside.withLock { _ throws(StoreError) -> String? in
                guard try !isWhole(digest) else { return nil }
                return try Self.moveToDamaged(objectPath(digest), as: digest.hex, store: path)
            }
            guard let moved else { return .missingBlob(digest) }
            destination = moved
        } catch {
            if error.isAbsence { return .missingBlob(digest) }
            return error
        }
        verifiedBlobs.withLock { _ = $0.remove(digest) }
        committer.enqueue(
            .ledger(
                kind: "damaged", digest: digest, text: StoreError.state(found),
                recordedAt: HostClock.wallNanoseconds()), completion: nil)
        return .damagedBlob(digest, found: found, movedTo: destination)
    }

    /// Moves an entry of `objects` into the folder `damaged`, under a name that is free for its kind; returns the path there.
    @discardableResult
    static func moveToDamaged(_ object: String, as name: String, store: String) throws(StoreError) -> String {
        try FolderOperations.create(store + "/damaged")
        var destination = store + "/damaged/" + name
        var number = 1
        while true {
            do throws(StoreError) {
                try FolderOperations.move(object, to: destination)
                return destination
            } catch {
                // A folder takes the place of nothing but an empty one, and nothing takes the place of a folder.
                guard case .fileSystem(_, _, let code) = error, number < 1000,
                    [EISDIR, ENOTDIR, ENOTEMPTY, EEXIST].contains(code)
                else { throw error }
                number += 1
                destination = "\(store)/damaged/\(name)-\(number)"
            }
        }
    }

    private func isWhole(_ digest: Digest) throws(StoreError) -> Bool {
        do throws(StoreError) {
            return try opened(digest).blobDigest() == digest
        } catch {
            if case .missingBlob = error { return false }
            guard error.isDefectOfBlob else { throw error }
            return false
        }
    }

    /// True if the blob is stored, whole; a damaged one is set aside.
    func isPresent(_ digest: Digest, sizeBytes: Int) throws -> Bool {
        let file: OpenFile
        do throws(StoreError) {
            file = try opened(digest)
        } catch {
            if case .missingBlob = error { return false }
            guard error.isDefectOfBlob else { throw error }
            try requireSetAside(digest, found: nil)
            return false
        }
        let signature = try file.signature()
        if !verifiedBlobs.withLock({ $0.contains(digest) }) || signature.sizeBytes != sizeBytes {
            var found: Digest?
            do throws(StoreError) {
                found = try file.blobDigest()
            } catch {
                guard error.isDefectOfBlob else { throw error }
            }
            guard found == digest else {
                try requireSetAside(digest, found: found)
                return false
            }
            noteVerified(digest)
        }
        guard mark(signature, digest) else { return false }
        // Whoever stored it may not have made it durable yet.
        try committer?.noteUnflushed(
            UnflushedEntries.Blob(digest: digest, file: file, path: objectPath(digest), isNew: false))
        return true
    }

    /// Gives the file at `path`, open as `content`, the name of a blob.
    func name(_ path: String, _ digest: Digest, _ content: OpenFile) throws(StoreError) {
        let object = objectPath(digest)
        try FolderOperations.move(path, to: object)
        try committer?.noteUnflushed(
            UnflushedEntries.Blob(digest: digest, file: content, path: object, isNew: true))
        noteVerified(digest)
    }

    private func noteVerified(_ digest: Digest) {
        verifiedBlobs.withLock { verified in
            if verified.count >= 1 << 17 { verified.removeAll() }
            verified.insert(digest)
        }
    }

    /// A path that nobody else uses, for a file that goes with this process if it is not removed before.
    public func temporaryPath() -> String {
        "\(path)/attempts/\(Leftovers.blobPrefix)\(locks?.session ?? 0)-\(nextTemporary.add(1, ordering: .relaxed).newValue)"
    }
}
