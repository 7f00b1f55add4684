import GRDB
import Synchronization

extension ContentStore {
    /// A file changed less than this before it was read may change again within the same tick of the file system's
    /// clock, so its times prove nothing.
    private static let settlingNanoseconds: Int64 = 100_000_000

    /// The digest of an input file outside the store. See `sourceDigests`.
    public func sourceDigest(path: String, verifyContent: Bool = false) throws -> Digest {
        try sourceDigests(paths: [path], threads: 1, verifyContent: verifyContent)[0]
    }

    /// The digests of input files outside the store, in the order of `paths`.
    ///
    /// A file is read only if the store has not seen it with this size, modification time, change time, inode and
    /// device, or if `verifyContent` asks for it. Files are read on `threads` threads; `progress` is called from them
    /// with the number of files done. Throws `.unreadableSources`, which lists every file that could not be read.
    public func sourceDigests(
        paths: [String], threads: Int = 1, verifyContent: Bool = false,
        progress: @escaping @Sendable (_ completed: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> [Digest] {
        let known = verifyContent ? [:] : try trustedSources(paths)
        let found = Monitor([Result<Digest, StoreError>?](repeating: nil, count: paths.count))
        let completed = Atomic<Int>(0)
        try ThreadTeam.forEach(count: paths.count, threads: threads, named: "hash") { [self] index in
            let digest = Result<Digest, StoreError> { () throws(StoreError) in
                try sourceDigest(paths[index], known[paths[index]])
            }
            found.inspect { $0[index] = digest }
            progress(completed.add(1, ordering: .relaxed).newValue, paths.count)
        }
        committer?.hurry()
        let results = found.inspect { $0.compactMap(\.self) }
        let digests = results.compactMap { try? $0.get() }
        if digests.count == paths.count { return digests }
        var failed: [String] = []
        var first = ""
        for (path, result) in zip(paths, results) {
            guard case .failure(let error) = result else { continue }
            if failed.isEmpty { first = "\(error)" }
            failed.append(path)
        }
        throw StoreError.unreadableSources(paths: failed, first: first)
    }

    private func sourceDigest(
        _ path: String, _ known: (signature: [Int64], digest: Digest)?
    ) throws(StoreError) -> Digest {
        if let known, let signature = try FileSignature(path: path), Self.columns(signature) == known.signature {
            return known.digest
        }
        let readAt = HostClock.wallNanoseconds()
        let file = try OpenFile.reading(path)
        let signature = try file.signature()
        let digest = try file.digest()
        committer?.enqueue(
            .sourceFile(path: path, signature: signature, readAt: readAt, digest: digest), completion: nil)
        return digest
    }

    private func trustedSources(_ paths: [String]) throws -> [String: (signature: [Int64], digest: Digest)] {
        try database.read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT sizeBytes, modifiedAt, changedAt, inode, device, digest FROM sourceFile
                    WHERE path = ? AND changedAt + ? <= readAt
                    """)
            var known: [String: (signature: [Int64], digest: Digest)] = [:]
            known.reserveCapacity(paths.count)
            for path in paths {
                statement.setUncheckedArguments([path, Self.settlingNanoseconds])
                guard let row = try Row.fetchOne(statement) else { continue }
                known[path] = ([row[0], row[1], row[2], row[3], row[4]], try Digest(row, 5))
            }
            return known
        }
    }

    private static func columns(_ signature: FileSignature) -> [Int64] {
        [
            signature.sizeBytes, signature.modifiedNanoseconds, signature.changedNanoseconds, signature.inode,
            signature.device,
        ]
    }
}
