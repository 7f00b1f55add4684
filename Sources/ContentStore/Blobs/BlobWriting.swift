import Folders
import Glibc
import Host
import Synchronization

extension ContentStore {
    /// Stores bytes, unless present. Throws `StoreError`.
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

    /// Moves a regular file into the store, and flushes it before the next commit. It is copied only from another file
    /// system or if it has further names. Throws `.changedWhileRead`, and other `StoreError`s.
    public func put(movingFile file: String) throws -> Digest { try put(movingFileWithSize: file).digest }

    /// The same; also returns the size in bytes.
    public func put(movingFileWithSize file: String) throws -> (digest: Digest, sizeBytes: Int) {
        try put(moving: file, mayCopy: true)
    }

    /// - Parameter mayCopy: False for a copy that this store has made.
    private func put(moving file: String, mayCopy: Bool) throws -> (digest: Digest, sizeBytes: Int) {
        _ = try writable(to: "store \(file)")
        let content = try OpenFile.reading(file, flags: O_NOFOLLOW)
        let digest = try content.digest()
        let signature = try content.signature()
        let sizeBytes = Int(signature.sizeBytes)
        if try isPresent(digest, sizeBytes: sizeBytes) {
            try FolderOperations.remove(file)
            return (digest, sizeBytes)
        }
        if signature.linkCount == 1 || !mayCopy {
            // Some file systems have no permissions.
            _ = unsafe chmod(file.systemPath, 0o444)
            do {
                try name(file, digest, content)
            } catch {
                // A file on another file system is copied.
                guard mayCopy, case .fileSystem(_, _, let code) = error, code == EXDEV else { throw error }
                return try copying(file, digest, sizeBytes)
            }
            // The named file must be the hashed one, unmodified: a writer that still holds it, or that replaced it,
            // must not change what is published. Another process may have stored an equal blob meanwhile.
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
        return try put(moving: temporary, mayCopy: false).digest
    }

    /// Sets a blob aside; throws if it could not be moved away.
    func requireSetAside(_ digest: Digest, found: Digest?) throws(StoreError) {
        let fault = setAside(digest, found: found)
        switch fault {
        case .damagedBlob, .missingBlob: return
        default: throw fault
        }
    }

    /// Moves a damaged blob away, so that the next run recomputes it; `.missingBlob` if another thread did. `found` is
    /// nil if the blob is unreadable as a file.
    func setAside(_ digest: Digest, found: Digest?) -> StoreError {
        guard let committer else {
            return .damagedBlob(digest, found: found, movedTo: nil)
        }
        let destination: String
        do throws(StoreError) {
            // Another thread may have noticed the damage too, and the blob may have been recomputed since.
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

    /// Moves an entry of `objects` into the folder `damaged`, under a free name, and returns its path there.
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
                // rename(2) refuses to replace a folder with content, or a folder by a file and vice versa.
                guard case .fileSystem(_, _, let code) = error, number < 1000,
                    [EISDIR, ENOTDIR, ENOTEMPTY, EEXIST].contains(code)
                else { throw error }
                number += 1
                destination = "\(store)/damaged/\(name)-\(number)"
            }
        }
    }

    func isWhole(_ digest: Digest) throws(StoreError) -> Bool {
        do throws(StoreError) {
            return try opened(digest).blobDigest() == digest
        } catch {
            if case .missingBlob = error { return false }
            guard error.isDefectOfBlob else { throw error }
            return false
        }
    }

    /// True if the blob is stored and intact; a damaged one is set aside.
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
        // Another process may have stored it without having flushed it yet.
        try committer?.noteUnflushed(
            UnflushedEntries.Blob(digest: digest, file: file, path: objectPath(digest), isNew: false))
        return true
    }

    /// Renames the file at `path`, open as `content`, to a blob.
    func name(_ path: String, _ digest: Digest, _ content: OpenFile) throws(StoreError) {
        let object = objectPath(digest)
        try FolderOperations.move(path, to: object)
        try committer?.noteUnflushed(
            UnflushedEntries.Blob(digest: digest, file: content, path: object, isNew: true))
        noteVerified(digest)
    }

    /// A unique path for a temporary file, removed with this process at the latest.
    public func temporaryPath() -> String {
        "\(path)/attempts/\(Leftovers.blobPrefix)\(locks?.session ?? 0)-\(nextTemporary.add(1, ordering: .relaxed).newValue)"
    }
}
