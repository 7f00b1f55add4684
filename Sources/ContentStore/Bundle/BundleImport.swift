import GRDB
import Glibc
import Host

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

/// Publishes the results of a bundle under claims, in groups, so that other processes can write in between.
struct BundlePublisher {
    /// Rows per transaction, some 50 ms of work. A single action may have more.
    static let rowLimit = 2000
    private static let waitMicroseconds: UInt32 = 100_000

    let store: ContentStore
    let execution: Int64

    /// Returns the number of new results.
    ///
    /// - Parameters:
    ///   - waits: called with the first task that another process computes, before waiting for it.
    ///   - check: called between groups; its error ends the import.
    func publish(
        _ actions: [BundleContents.Action], waits: (_ task: String) -> Void, check: () throws(StoreError) -> Void
    ) throws -> Int {
        var count = 0
        var open = actions
        var hasWaited = false
        while true {
            var claimedElsewhere: [BundleContents.Action] = []
            for group in Self.groups(of: open) {
                let (new, left) = try publish(group)
                count += new
                claimedElsewhere += left
                try check()
            }
            guard let first = claimedElsewhere.first else { return count }
            if !hasWaited { waits(first.task) }
            hasWaited = true
            usleep(Self.waitMicroseconds)
            try check()
            open = claimedElsewhere
        }
    }

    /// Groups of consecutive actions with up to `rowLimit` rows.
    private static func groups(of actions: [BundleContents.Action]) -> [ArraySlice<BundleContents.Action>] {
        var groups: [ArraySlice<BundleContents.Action>] = []
        var start = 0
        var rows = 0
        for (index, action) in actions.enumerated() {
            if index > start, rows + action.rowCount > rowLimit {
                groups.append(actions[start..<index])
                (start, rows) = (index, 0)
            }
            rows += action.rowCount
        }
        if start < actions.count { groups.append(actions[start...]) }
        return groups
    }

    private func publish(
        _ group: ArraySlice<BundleContents.Action>
    ) throws -> (new: Int, claimedElsewhere: [BundleContents.Action]) {
        var claimed: [Digest] = []
        defer { for key in claimed { store.giveUp(claim: key) } }
        let known = try store.database.read { database in
            try group.map {
                try database.identifier("SELECT job FROM action WHERE key = ?", [$0.key.column]) != nil
            }
        }
        var ours: [BundleContents.Action] = []
        var claimedElsewhere: [BundleContents.Action] = []
        for (action, isKnown) in zip(group, known) {
            // A known result is compared and kept.
            if !isKnown {
                guard try store.claim(action.key) else {
                    claimedElsewhere.append(action)
                    continue
                }
                claimed.append(action.key)
            }
            ours.append(action)
        }
        guard !ours.isEmpty else { return (0, claimedElsewhere) }
        var rows = BundleRows()
        for action in ours { try prepare(action, &rows) }
        let new = try inTurn { database in
            try ours.count { try database.add($0, execution, rows, now: HostClock.wallNanoseconds()) }
        }
        return (new, claimedElsewhere)
    }

    /// Writes the contents and key parts of an action, which have no meaning on their own, so that the transaction that
    /// adds its result stays short.
    private func prepare(_ action: BundleContents.Action, _ rows: inout BundleRows) throws {
        let digests = action.inputs.map(\.digest) + action.references + action.sources.map(\.digest)
        for start in stride(from: 0, to: digests.count, by: Self.rowLimit) {
            let slice = digests[start..<min(start + Self.rowLimit, digests.count)]
            rows = try inTurn { [rows] database in
                var rows = rows
                for digest in slice { try rows.add(digest, database) }
                return rows
            }
        }
        var parts: [Int64] = []
        parts.reserveCapacity(action.parts.count)
        for start in stride(from: 0, to: action.parts.count, by: Self.rowLimit) {
            let slice = action.parts[start..<min(start + Self.rowLimit, action.parts.count)]
            parts += try inTurn { database in
                try slice.map { try database.keyPartRow($0.name, $0.digest, $0.readable) }
            }
        }
        rows.parts[action.key] = parts
    }

    /// Runs one transaction, then pauses: other processes poll for the database and have to find it free.
    private func inTurn<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        let start = HostClock.monotonicSeconds()
        let value = try store.database.write(body)
        let seconds = HostClock.monotonicSeconds() - start
        usleep(UInt32(min(seconds / 4, 0.05) * 1e6))
        return value
    }
}

/// Cached rows of contents and key parts; rows are never removed from a store.
struct BundleRows: Sendable {
    private var artifacts: [Digest: Int64] = [:]
    /// Key parts of an action, in order.
    var parts: [Digest: [Int64]] = [:]

    /// Looks up or adds a content, once.
    mutating func add(_ digest: Digest, _ database: Database) throws {
        if artifacts[digest] == nil { artifacts[digest] = try database.bundledRow(of: digest, sizeBytes: nil) }
    }

    /// The row of a content.
    func artifact(_ digest: Digest, _ database: Database) throws -> Int64 {
        try artifacts[digest] ?? database.bundledRow(of: digest, sizeBytes: nil)
    }
}

extension BundleContents.Action {
    /// The approximate number of rows.
    var rowCount: Int {
        1 + parts.count + sources.count + inputs.count + outputs.count + references.count + warnings.count
    }
}
