import GRDB

/// The size of a bundle, and the effect of its import.
public struct BundleSummary: Sendable, Equatable {
    /// The exported subject, such as "run 12".
    public let subject: String
    public let actions: Int
    public let blobs: Int
    public let sizeBytes: Int
    /// Blobs that an import added to the store.
    public var newBlobs = 0
    /// Results that an import added to the store.
    public var newResults = 0
}

extension ContentStore {
    /// Writes a result, or all results of a run, with everything they depend on, to one file of facts and verified
    /// blobs. The file appears completely or not at all; equal contents give equal bytes.
    ///
    /// - Parameter proceeds: called with the written and the total bytes; returns false to stop.
    ///
    /// - Throws: `.missingBlob` or `.damagedBlob` if something has to be recomputed first, `.unknownSubject` without a
    ///   result, `.interrupted`, and other `StoreError`s.
    public func export(
        _ subject: StoreSubject, to path: String,
        proceeds: (_ writtenBytes: Int, _ totalBytes: Int) -> Bool = { _, _ in true }
    ) throws -> BundleSummary {
        let contents = try bundleContents(subject)
        let json = try contents.encoded
        let first = TarMember(name: BundleContents.memberName, sizeBytes: json.count)
        let head =
            first.header + json + [UInt8](repeating: 0, count: first.paddingBytes)
            + BundleContents.digestMember(of: json)
        let total = head.count + contents.payloadBytes
        var written = 0
        try AtomicFile.replace(path) { file throws(StoreError) in
            try file.write(head)
            written = head.count
            for blob in contents.blobs {
                try file.write(blob.member.header)
                try copy(blob, to: file)
                try file.write([UInt8](repeating: 0, count: blob.member.paddingBytes))
                written += TarMember.blockBytes + blob.sizeBytes + blob.member.paddingBytes
                guard proceeds(written, total) else { throw .interrupted("export") }
            }
            try file.write(TarMember.end)
        }
        return BundleSummary(
            subject: contents.subject, actions: contents.actions.count, blobs: contents.blobs.count, sizeBytes: total)
    }

    private func copy(_ blob: BundleContents.Blob, to file: OpenFile) throws(StoreError) {
        // Verified while copying: the blob might change between two reads.
        let source = try opened(blob.digest)
        var hasher = StreamingDigest()
        var buffer = [UInt8](repeating: 0, count: min(1 << 20, blob.sizeBytes + 1))
        var copied = 0
        while true {
            let count = try source.read(into: &buffer)
            copied += count
            if copied > blob.sizeBytes { break }
            hasher.update(buffer[..<count])
            try file.write(count == buffer.count ? buffer : Array(buffer[..<count]))
            if count < buffer.count { break }
        }
        let found = hasher.digest
        guard found == blob.digest, copied == blob.sizeBytes else { throw setAside(blob.digest, found: found) }
    }

    private func bundleContents(_ subject: StoreSubject) throws -> BundleContents {
        let (actions, digests) = try database.read { database in
            let closure = try ActionClosure(try database.actions(of: subject), database)
            guard !closure.actions.isEmpty else {
                throw StoreError.unknownSubject(text: "\(subject)", reason: "the store has no result for it")
            }
            return (
                try closure.actions.sorted().map { try Self.bundled($0, database) },
                try closure.artifacts.map { try Self.digest(ofArtifact: $0, database) }
            )
        }
        let blobs = try digests.sorted().map { digest in
            guard let signature = try FileSignature(path: objectPath(digest)) else {
                throw StoreError.missingBlob(digest)
            }
            guard signature.isRegular else { throw setAside(digest, found: nil) }
            return BundleContents.Blob(digest: digest, sizeBytes: Int(signature.sizeBytes))
        }
        return BundleContents(subject: "\(subject)", actions: actions, blobs: blobs)
    }

    private static func digest(ofArtifact artifact: Int64, _ database: Database) throws -> Digest {
        guard let row = try database.row("SELECT digest FROM artifact WHERE id = ?", [artifact]) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "an artifact is missing")
        }
        return try Digest(row, 0)
    }

    private static func bundled(_ action: Int64, _ database: Database) throws -> BundleContents.Action {
        func fetch<Value>(_ sql: String, _ value: (Row) throws -> Value) throws -> [Value] {
            try database.rows(sql, [action]).map(value)
        }
        let heads = try fetch(
            """
            SELECT action.key, action.stage, action.version, job.task, job.durationSeconds,
                iif(origin.job IS NULL, execution.id, origin.run), iif(origin.job IS NULL, job.startedAt, origin.startedAt),
                iif(origin.job IS NULL, execution.versions, origin.versions),
                iif(origin.job IS NULL, execution.processor, origin.processor)
            FROM action JOIN job ON job.id = action.job JOIN execution ON execution.id = job.execution
                LEFT JOIN origin ON origin.job = job.id
            WHERE action.id = ?
            """
        ) { row in
            (
                key: try Digest(row, 0), stage: row[1] as String, version: row[2] as Int, task: row[3] as String,
                seconds: row[4] as Double,
                // An imported result keeps its origin, or its absence.
                made: row.hasNull(atIndex: 5)
                    ? nil as BundleContents.Making?
                    : BundleContents.Making(run: row[5], startedAt: row[6], versions: row[7], processor: row[8])
            )
        }
        guard let head = heads.first else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "an action has no job")
        }
        return BundleContents.Action(
            key: head.key, stage: head.stage, version: head.version, task: head.task, durationSeconds: head.seconds,
            made: head.made,
            parts: try database.keyParts(of: action),
            sources: try fetch(
                """
                SELECT min(position), source.role, artifact.digest
                FROM source JOIN artifact ON artifact.id = source.artifact
                    JOIN actionKeyPart ON actionKeyPart.action = source.action AND actionKeyPart.keyPart = source.keyPart
                WHERE source.action = ? GROUP BY source.keyPart, source.role ORDER BY min(position), source.role
                """
            ) { BundleContents.Source(part: $0[0], role: $0[1], digest: try Digest($0, 2)) },
            inputs: try database.inputs(of: action),
            outputs: try database.outputs(of: action), references: try database.references(of: action),
            warnings: try database.warnings(of: action))
    }
}
