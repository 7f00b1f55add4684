import GRDB
import Synchronization

extension ContentStore {
    /// Hashes every blob on `threads` threads, and compares the facts with the blobs and with each other. A damaged blob
    /// is moved to `damaged/` and noted in the ledger, so that the next run that needs it makes it again.
    ///
    /// `proceeds` is called from these threads with the bytes hashed and those in total, and says whether to go on.
    /// Throws `.openedReadOnly`, `.interrupted`, or a `StoreError` when something cannot be read at all.
    public func verify(
        threads: Int, proceeds: @escaping @Sendable (_ hashedBytes: Int, _ totalBytes: Int) -> Bool = { _, _ in true }
    ) throws -> VerificationReport {
        _ = try writable(to: "move damaged blobs away")
        let start = HostClock.monotonicSeconds()
        var report = VerificationReport()
        let listing = try listing()
        report.strays = listing.strays
        // Large ones first: the last thread to end should not be at the beginning of the largest.
        let blobs = listing.blobs.sorted { ($1.sizeBytes, $0.digest) < ($0.sizeBytes, $1.digest) }
        let total = blobs.reduce(0) { $0 + $1.sizeBytes }
        let hashed = Atomic<Int>(0)
        let damaged = Mutex<[VerificationReport.Damage]>([])
        let gone = Atomic<Int>(0)
        try ThreadTeam.forEach(count: blobs.count, threads: threads, named: "verify") { [self] index in
            let blob = blobs[index]
            switch try damage(to: blob.digest) {
            case .none: break
            case .missingBlob: gone.add(1, ordering: .relaxed)
            case .some(let error):
                damaged.withLock {
                    $0.append(VerificationReport.Damage(digest: blob.digest, sentence: "\(error)"))
                }
            }
            let sum = hashed.add(blob.sizeBytes, ordering: .relaxed).newValue
            guard proceeds(sum, total) else { throw StoreError.interrupted("verification") }
        }
        report.blobs = blobs.count - gone.load(ordering: .relaxed)
        report.sizeBytes = total
        report.damaged = damaged.withLock { $0 }.sorted { $0.digest < $1.digest }
        report.durationSeconds = HostClock.monotonicSeconds() - start
        try check(blobs, &report)
        try settle()
        return report
    }

    /// Hashes a blob and sets it aside if it is damaged; what cannot be read is damaged too.
    private func damage(to digest: Digest) throws(StoreError) -> StoreError? {
        do throws(StoreError) {
            let found = try opened(digest).blobDigest()
            return found == digest ? nil : setAside(digest, found: found)
        } catch {
            if case .missingBlob = error { return error }
            guard error.isDefectOfTheDisk else { throw error }
            return setAside(digest, found: nil)
        }
    }

    /// Facts against blobs, and facts against each other.
    private func check(_ blobs: [StoredBlob], _ report: inout VerificationReport) throws {
        let damaged = Set(report.damaged.map(\.digest))
        var sizes = Dictionary(uniqueKeysWithValues: blobs.map { ($0.digest, $0.sizeBytes) })
        for digest in damaged { sizes[digest] = nil }
        var absent = 0
        var faults: [String] = []
        try database.read { database in
            let integrity = try String.fetchAll(database, sql: "PRAGMA integrity_check(10)")
            if integrity != ["ok"] { faults += integrity.map { "the database is damaged: \($0)" } }
            for row in try Row.fetchAll(database, sql: "PRAGMA foreign_key_check") {
                let (table, parent): (String, String) = (row[0], row[2])
                faults.append("the database is damaged: a row of \(table) names a row of \(parent) that is not there")
            }
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT digest, sizeBytes FROM artifact
                    WHERE id IN (SELECT artifact FROM generatedBy UNION SELECT artifact FROM reference)
                    ORDER BY digest
                    """)
            while let row = try rows.next() {
                let digest = try Digest(row, 0)
                guard let size = sizes[digest] else {
                    if !damaged.contains(digest) { absent += 1 }
                    continue
                }
                if let recorded: Int = row[1], recorded != size {
                    faults.append("the blob \(digest) has \(size) bytes, the database says \(recorded)")
                }
            }
        }
        (report.absentBlobs, report.faults) = (absent, faults)
    }
}
