import GRDB
import Host
import Synchronization

/// The result of verifying a store.
public struct VerificationReport: Sendable, Equatable {
    public struct Damage: Sendable, Equatable {
        public let digest: Digest
        public let sentence: String
    }

    /// The number of hashed blobs, and their bytes.
    public var blobs = 0
    public var sizeBytes = 0
    public var durationSeconds = 0.0
    /// Blobs whose content does not match their name, by digest. They were moved to `damaged/`.
    public var damaged: [Damage] = []
    /// Unknown files among the blobs, which were left alone.
    public var strays: [String] = []
    /// Facts that contradict the blobs or each other.
    public var faults: [String] = []
    /// Blobs of known results that are not stored; they are recomputed when needed.
    public var absentBlobs = 0

    /// True if nothing is wrong.
    public var isSound: Bool { damaged.isEmpty && strays.isEmpty && faults.isEmpty }
}

extension ContentStore {
    /// Hashes every blob on `threads` threads, and compares the facts with the blobs and with each other. A damaged
    /// blob is moved to `damaged/` and recorded in the ledger, so that the next run recomputes it; a store opened
    /// read-only is left unchanged.
    ///
    /// A blob that is unreadable for another reason is a fault in the report and does not stop the verification. Throws
    /// `.interrupted`, or a `StoreError` if the blobs cannot be listed or the database cannot be read.
    ///
    /// - Parameter proceeds: called on these threads with the hashed and the total bytes; returns false to stop.
    public func verify(
        threads: Int, proceeds: @escaping @Sendable (_ hashedBytes: Int, _ totalBytes: Int) -> Bool = { _, _ in true }
    ) throws -> VerificationReport {
        let start = HostClock.monotonicSeconds()
        var report = VerificationReport()
        let listing = try listing()
        report.strays = listing.strays
        // Large blobs first, so that the last thread does not start with the largest one.
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

    /// Hashes a blob, sets it aside if it is damaged, and returns the error.
    private func damage(to digest: Digest) -> StoreError? {
        do throws(StoreError) {
            let found = try opened(digest).blobDigest()
            return found == digest ? nil : setAside(digest, found: found)
        } catch {
            return error.isDefectOfBlob ? setAside(digest, found: nil) : error
        }
    }

    /// Compares facts with blobs and with each other.
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
            for row in try database.rows("PRAGMA foreign_key_check") {
                let (table, parent): (String, String) = (row[0], row[2])
                faults.append("the database is damaged: a row of \(table) refers to a missing row of \(parent)")
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

/// A file in `objects/` named by a digest.
struct StoredBlob: Sendable, Equatable {
    let digest: Digest
    let sizeBytes: Int
    /// Modification time, the mark of the last use (`ContentStore.use`), in nanoseconds since 1970.
    let usedNanoseconds: Int64
}

extension ContentStore {
    /// The content of `objects/`.
    struct Listing: Sendable {
        /// Blobs, ordered by digest.
        var blobs: [StoredBlob] = []
        /// Paths of files that are not named like blobs.
        var strays: [String] = []
        /// Blobs that cannot be inspected, by digest.
        var unreadable: [(digest: Digest, error: StoreError)] = []
    }

    /// Lists all files in `objects/`. Omits files that vanish meanwhile; throws for an incomplete listing of a folder.
    func listing() throws(StoreError) -> Listing {
        var listing = Listing()
        let objects = path + "/objects"
        for folder in try FolderOperations.names(in: objects) {
            guard try FolderOperations.isFolder("\(objects)/\(folder)") else {
                listing.strays.append("\(objects)/\(folder)")
                continue
            }
            for name in try FolderOperations.names(in: "\(objects)/\(folder)") {
                let file = "\(objects)/\(folder)/\(name)"
                guard folder.utf8.count == 2, name.utf8.count == 62, let digest = try? Digest(hex: folder + name),
                    digest.hex == folder + name
                else {
                    listing.strays.append(file)
                    continue
                }
                do {
                    guard let signature = try FileSignature(path: file) else { continue }
                    listing.blobs.append(
                        StoredBlob(
                            digest: digest, sizeBytes: signature.isRegular ? Int(signature.sizeBytes) : 0,
                            usedNanoseconds: signature.modifiedNanoseconds))
                } catch {
                    listing.unreadable.append((digest, error))
                }
            }
        }
        return listing
    }
}
