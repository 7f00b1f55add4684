import Glibc

extension ContentStore {
    /// Takes over what `export` wrote. All blobs are copied and checked before any of them is given its name, blobs are
    /// durable before the facts, and the results are published in groups: a crash leaves a store to which the same import
    /// adds what is missing. What the store knows already stays as it is; a result of the store's own that differs is
    /// noted in the ledger.
    ///
    /// Results are published under claims, as runs do it: one that a run computes at the moment is left to that run, and taken
    /// over only if the run ends without it. `waits` gets such a task, once.
    ///
    /// Digests prove the blobs, not the facts: that these outputs belong to these actions is what the bundle says.
    /// `proceeds` gets the bytes read and those in total, and says whether to go on. Throws `.invalidBundle`, `.interrupted` and
    /// other `StoreError`s.
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
        let newResults = try BundlePublisher(self, execution).publish(contents.actions, waits: waits) {
            () throws(StoreError) in
            guard proceeds(reader.readBytes, reader.totalBytes) else { throw .interrupted("import") }
        }
        return BundleSummary(
            subject: contents.subject, actions: contents.actions.count, blobs: contents.blobs.count,
            sizeBytes: reader.totalBytes, newBlobs: absent.count, newResults: newResults)
    }

    /// Looks at the beginning and the length of a bundle, without a store. Throws `.invalidBundle` and other `StoreError`s.
    public static func checkBundle(_ path: String) throws { _ = try BundleReader(path) }

    /// Copies and checks the next blob; says whether the store lacks it.
    private func stage(
        _ blob: BundleContents.Blob, from reader: BundleReader, in folder: String, _ path: String
    ) throws -> Bool {
        let temporary = "\(folder)/\(blob.digest)"
        let copy = try OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: 0o444)
        let found = try reader.next(blob, into: copy)
        guard found == blob.digest else {
            throw StoreError.invalidBundle(path: path, reason: "its blob \(blob.digest) has the digest \(found)")
        }
        // One that is there is trusted if its content is right: an import repairs what is damaged.
        if try isPresent(blob.digest, sizeBytes: blob.sizeBytes) {
            try FolderOperations.remove(temporary)
            return false
        }
        return true
    }
}
