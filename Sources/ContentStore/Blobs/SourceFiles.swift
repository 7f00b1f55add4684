import Folders
import GRDB
import Host
import Synchronization

extension ContentStore {
    /// A file that changed within this time before it was read may change again within the same tick of the file
    /// system's clock, so its times prove nothing.
    private static let settlingNanoseconds: Int64 = 100_000_000

    /// The digests of input files outside the store, in the order of `paths`.
    ///
    /// A file is read only with `verifyContent`, or if the store has not seen it with its current size, modification
    /// time, change time, inode and device. Throws `.unreadableSources`, which lists every unreadable file.
    ///
    /// - Parameters:
    ///   - folders: folders that must contain the files after links are resolved; empty permits any place.
    ///   - progress: called on the reading threads with the number of finished files.
    public func sourceDigests(
        paths: [String], in folders: [NamedFolder] = [], threads: Int = 1, verifyContent: Bool = false,
        progress: @escaping @Sendable (_ completed: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> [Digest] {
        let trusted = verifyContent ? Array(repeating: nil, count: paths.count) : try trustedDigests(paths, threads)
        let unread = trusted.indices.filter { trusted[$0] == nil }
        let found = Monitor(trusted.map { $0.map { Result<Digest, StoreError>.success($0) } })
        let completed = Atomic<Int>(paths.count - unread.count)
        try ThreadTeam.forEach(count: unread.count, threads: threads, named: "hash") { [self] position in
            let index = unread[position]
            let digest = Result<Digest, StoreError> { () throws(StoreError) in
                try readSource(paths[index], in: folders)
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

    private func readSource(_ path: String, in folders: [NamedFolder]) throws(StoreError) -> Digest {
        let readAt = HostClock.wallNanoseconds()
        // The innermost folder, for the message.
        let above = folders.filter { path == $0.path || path.hasPrefix($0.path + "/") }.max {
            ($0.path.count, $0.followsLinks ? 1 : 0) < ($1.path.count, $1.followsLinks ? 1 : 0)
        }
        let file = try OpenFile.reading(path, in: above ?? folders.first)
        let signature = try file.signature()
        let digest = try file.digest()
        committer?.enqueue(
            .sourceFile(key: SourceKey.of(path), signature: signature, readAt: readAt, digest: digest), completion: nil)
        return digest
    }

    /// Metadata and digest of a file when it was last read.
    private struct SeenFile: Sendable {
        let sizeBytes, modifiedAt, changedAt, inode, device: Int64
        let digest: Digest

        static let columns = "sizeBytes, modifiedAt, changedAt, inode, device, digest"
        static let isSettled = "changedAt + \(settlingNanoseconds) <= readAt"

        init(_ row: RawStatement, from column: Int32) throws {
            (sizeBytes, modifiedAt) = (row.integer(column), row.integer(column + 1))
            (changedAt, inode, device) = (row.integer(column + 2), row.integer(column + 3), row.integer(column + 4))
            digest = try row.digest(column + 5)
        }

        /// The digest, if the file is unchanged. A file that cannot be inspected is read, which reports the error.
        func digest(ifStillAt path: String) -> Digest? {
            guard let found = try? FileSignature(path: path),
                (sizeBytes, modifiedAt, changedAt, inode, device)
                    == (
                        found.sizeBytes, found.modifiedNanoseconds, found.changedNanoseconds, found.inode, found.device
                    )
            else { return nil }
            return digest
        }
    }

    /// The known digests of unchanged files, in the order of `paths`.
    private func trustedDigests(_ paths: [String], _ threads: Int) throws -> [Digest?] {
        let scanned = try database.read { database in
            try database.isScanWorthwhile("sourceFile", for: paths.count) ? Self.scanFiles(paths, database) : nil
        }
        let seen =
            try scanned
            ?? database.inSlices(of: paths, threads: threads) { paths, database in
                let statement = try RawStatement(
                    database, "SELECT \(SeenFile.columns) FROM sourceFile WHERE path = ? AND \(SeenFile.isSettled)")
                func find(_ key: String) throws -> SeenFile? {
                    defer { statement.reset() }
                    statement.bind(1, key)
                    return try statement.next() ? SeenFile(statement, from: 0) : nil
                }
                return try paths.map { try find(SourceKey.of($0)) }
            }
        return try ThreadTeam.inSlices(of: Array(zip(paths, seen)), threads: threads, named: "inspect") { pairs in
            pairs.map { path, file in file.flatMap { $0.digest(ifStillAt: path) } }
        }
    }

    private static func scanFiles(_ paths: [String], _ database: Database) throws -> [SeenFile?] {
        let statement = try RawStatement(
            database, "SELECT path, \(SeenFile.columns) FROM sourceFile WHERE \(SeenFile.isSettled)")
        defer { statement.reset() }
        var found: [String: SeenFile] = [:]
        while try statement.next() { found[statement.text(0)] = try SeenFile(statement, from: 1) }
        return paths.map { found[SourceKey.of($0)] }
    }
}

/// The key of an input file in the database: a digest of its path, so that a copy of the store reveals no paths.
enum SourceKey {
    static func of(_ path: String) -> String { "#" + Digest.of(text: path).hex }
}
