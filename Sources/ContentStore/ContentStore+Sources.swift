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
        let trusted = verifyContent ? Array(repeating: nil, count: paths.count) : try trustedDigests(paths)
        let unread = trusted.indices.filter { trusted[$0] == nil }
        let found = Monitor(trusted.map { $0.map { Result<Digest, StoreError>.success($0) } })
        let completed = Atomic<Int>(paths.count - unread.count)
        try ThreadTeam.forEach(count: unread.count, threads: threads, named: "hash") { [self] position in
            let index = unread[position]
            let digest = Result<Digest, StoreError> { () throws(StoreError) in try readSource(paths[index]) }
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

    private func readSource(_ path: String) throws(StoreError) -> Digest {
        let readAt = HostClock.wallNanoseconds()
        let file = try OpenFile.reading(path)
        let signature = try file.signature()
        let digest = try file.digest()
        committer?.enqueue(
            .sourceFile(path: path, signature: signature, readAt: readAt, digest: digest), completion: nil)
        return digest
    }

    /// The digests of those files that are as the store has seen them, in the order of `paths`.
    private func trustedDigests(_ paths: [String]) throws -> [Digest?] {
        try database.read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT sizeBytes, modifiedAt, changedAt, inode, device, digest FROM sourceFile
                    WHERE path = ? AND changedAt + ? <= readAt
                    """)
            return try paths.map { path in
                statement.setUncheckedArguments([path, Self.settlingNanoseconds])
                // What cannot be inspected cannot be read either, and is reported then.
                guard let row = try Row.fetchOne(statement), let signature = try? FileSignature(path: path),
                    row[0] == signature.sizeBytes, row[1] == signature.modifiedNanoseconds,
                    row[2] == signature.changedNanoseconds, row[3] == signature.inode, row[4] == signature.device
                else { return nil }
                return try Digest(row, 5)
            }
        }
    }
}
