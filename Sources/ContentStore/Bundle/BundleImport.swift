import Glibc

extension ContentStore {
    /// Imports what `export` wrote. All blobs are copied and verified before any of them is named, blobs are durable
    /// before facts, and results are published in groups; after a crash the same import adds the rest. Existing results
    /// are kept; one that differs from the bundle is recorded in the ledger.
    ///
    /// Results are published under claims, like those of runs. One that a run computes at this moment is left to the
    /// run, and imported only if the run ends without it.
    ///
    /// Digests prove the blobs, not the facts: that these outputs belong to these actions is the bundle's claim.
    ///
    /// - Parameters:
    ///   - waits: called once with a task that a run computes.
    ///   - proceeds: called with the read and the total bytes; returns false to stop.
    ///
    /// - Throws: `.invalidBundle`, `.interrupted` and other `StoreError`s.
    public func importBundle(
        _ path: String, execution: Int64, waits: (_ task: String) -> Void = { _ in },
        proceeds: (_ readBytes: Int, _ totalBytes: Int) -> Bool = { _, _ in true }
    ) throws -> BundleSummary {
        _ = try writable(to: "import \(path)")
        let reader = try BundleReader(path)
        let folder = try makeAttemptFolder(execution: execution, name: "import")
        defer { try? removeAttemptFolder("\(self.path)/attempts/\(execution)") }
        var absent: [BundleContents.Blob] = []
        for blob in reader.contents.blobs {
            if try stage(blob, from: reader, in: folder, path) { absent.append(blob) }
            guard proceeds(reader.readBytes, reader.totalBytes) else { throw StoreError.interrupted("import") }
        }
        try reader.finish()
        for blob in absent where try !isPresent(blob.digest, sizeBytes: blob.sizeBytes) {
            let copy = "\(folder)/\(blob.digest)"
            try name(copy, blob.digest, .reading(copy))
        }
        try settle()
        let contents = reader.contents
        let newResults = try BundlePublisher(store: self, execution: execution).publish(contents.actions, waits: waits)
        {
            () throws(StoreError) in
            guard proceeds(reader.readBytes, reader.totalBytes) else { throw .interrupted("import") }
        }
        return BundleSummary(
            subject: contents.subject, actions: contents.actions.count, blobs: contents.blobs.count,
            sizeBytes: reader.totalBytes, newBlobs: absent.count, newResults: newResults)
    }

    /// Checks the start and the length of a bundle, without a store. Throws `.invalidBundle` and other `StoreError`s.
    public static func checkBundle(_ path: String) throws { _ = try BundleReader(path) }

    /// Copies and verifies the next blob. Returns true if the store lacks it.
    private func stage(
        _ blob: BundleContents.Blob, from reader: BundleReader, in folder: String, _ path: String
    ) throws -> Bool {
        let temporary = "\(folder)/\(blob.digest)"
        let copy = try OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: 0o444)
        let found = try reader.next(blob, into: copy)
        guard found == blob.digest else {
            throw StoreError.invalidBundle(path: path, reason: "its blob \(blob.digest) has the digest \(found)")
        }
        // An existing blob is verified too, so that an import repairs damage.
        if try isPresent(blob.digest, sizeBytes: blob.sizeBytes) {
            try FolderOperations.remove(temporary)
            return false
        }
        return true
    }
}

extension BundleContents.Action {
    /// The approximate number of rows.
    var rowCount: Int {
        1 + parts.count + sources.count + inputs.count + outputs.count + references.count + warnings.count
    }
}
