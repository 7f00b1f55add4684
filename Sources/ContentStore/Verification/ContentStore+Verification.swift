import GRDB
import Synchronization

extension ContentStore {
    /// Hashes every blob on `threads` threads, and compares the facts with the blobs and with each other. A damaged blob
    /// is moved to `damaged/` and noted in the ledger, so that the next run that needs it makes it again. In a store that is open
    /// read-only it stays where it is.
    ///
    /// What cannot be read for another reason than damage is a fault of the report, and the rest is looked at all the same.
    /// `proceeds` is called from these threads with the bytes hashed and those in total, and says whether to go on.
    /// Throws `.interrupted`, or a `StoreError` when the blobs cannot be listed or the database cannot be read.
    public func verify(
        threads: Int, proceeds: @escaping @Sendable (_ hashedBytes: Int, _ totalBytes: Int) -> Bool = { _, _ in true }
    ) throws -> VerificationReport {
        let start = HostClock.monotonicSeconds()
        var report = VerificationReport()
        let listing = try listing()
        report.strays = listing.strays
        // Large ones first: the last thread to end should not be at the beginning of the largest.
        let blobs = listing.blobs.sorted { ($1.sizeBytes, $0.digest) < ($0.sizeBytes, $1.digest) }
        let total = blobs.reduce(0) { $0 + $1.sizeBytes }
        let hashed = Atomic<Int>(0)
        let damaged = Mutex<[VerificationReport.Damage]>([])
        let unreadable = Mutex<[(digest: Digest, error: StoreError)]>([])
        for (digest, error) in listing.unreadable {
            if error.isDefectOfBlob {
                damaged.withLock {
                    $0.append(VerificationReport.Damage(digest: digest, sentence: "\(setAside(digest, found: nil))"))
                }
            } else {
                unreadable.withLock { $0.append((digest, error)) }
            }
        }
        let gone = Atomic<Int>(0)
        try ThreadTeam.forEach(count: blobs.count, threads: threads, named: "verify") { [self] index in
            let blob = blobs[index]
            switch damage(to: blob.digest) {
            case .none: break
            case .missingBlob: gone.add(1, ordering: .relaxed)
            case .damagedBlob(let digest, let found, let movedTo):
                let error = StoreError.damagedBlob(digest, found: found, movedTo: movedTo)
                damaged.withLock {
                    $0.append(VerificationReport.Damage(digest: blob.digest, sentence: "\(error)"))
                }
            case .some(let error): unreadable.withLock { $0.append((blob.digest, error)) }
            }
            let sum = hashed.add(blob.sizeBytes, ordering: .relaxed).newValue
            guard proceeds(sum, total) else { throw StoreError.interrupted("verification") }
        }
        report.damaged = damaged.withLock { $0 }.sorted { $0.digest < $1.digest }
        let unread = unreadable.withLock { $0 }.sorted { $0.digest < $1.digest }
        report.blobs = blobs.count - gone.load(ordering: .relaxed) - unread.count + listing.unreadable.count
        report.sizeBytes = total
        report.durationSeconds = HostClock.monotonicSeconds() - start
        try check(blobs, unreadable: Set(unread.map(\.digest)), &report)
        report.faults += unread.map { "the blob \($0.digest) was not checked: \($0.error)" }
        try settle()
        return report
    }

    /// Hashes a blob and sets it aside if it is damaged, or is no file. Returns what is wrong.
    private func damage(to digest: Digest) -> StoreError? {
        do throws(StoreError) {
            let found = try opened(digest).blobDigest()
            return found == digest ? nil : setAside(digest, found: found)
        } catch {
            return error.isDefectOfBlob ? setAside(digest, found: nil) : error
        }
    }

    /// Facts against blobs, and facts against each other.
    private func check(
        _ blobs: [StoredBlob], unreadable: Set<Digest>, _ report: inout VerificationReport
    ) throws {
        let damaged = Set(report.damaged.map(\.digest)).union(unreadable)
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
