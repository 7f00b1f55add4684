import GRDB
import Host
import Synchronization

/// A content-addressed store: blobs named by their SHA-256 in `objects/`, facts about them in an SQLite database.
///
/// Any number of processes of one machine may read and write at once. They coordinate through locks that die with their
/// process (`StoreLocks`). After a crash or power failure at any instant the store opens: facts are committed after the
/// blobs that they name are flushed. All calls are synchronous and may be made from any thread.
public final class ContentStore: Sendable {
    public enum Mode: Sendable {
        case readWrite, readOnly
    }

    public let path: String
    public let mode: Mode
    let database: StoreDatabase
    /// Nil in a store opened read-only, like `locks`.
    let committer: GroupCommitter?
    let locks: StoreLocks?
    /// Attempt numbers issued by this process and not yet committed.
    let issuedAttempts = Mutex<[Digest: Int]>([:])
    /// Blobs that this process has verified.
    let verifiedBlobs = Mutex<Set<Digest>>([])
    /// Held while a damaged blob is moved away.
    let settingAside = Mutex(())
    let nextTemporary = Atomic<Int>(0)

    /// Opens the store in the folder `path`. For writing, the folder is created if missing.
    ///
    /// Opening for writing removes what dead runs left behind. It waits up to `lockTimeoutSeconds` for a process that
    /// has exclusive access and for programs on another machine, then throws `.locked` or `.openElsewhere`; `onWait`
    /// gets a description of the holder. Opening read-only never waits and changes nothing.
    ///
    /// Throws `.notAStore`, `.otherSchema`, `.openElsewhere`, `.readOnlyFileSystem`, `.diskFull`, `.fileSystem` or
    /// `.database`.
    public init(
        path: String, mode: Mode = .readWrite, lockTimeoutSeconds: Double = 0,
        onWait: (_ holder: String) -> Void = { _ in }
    ) throws(StoreError) {
        self.path = path
        self.mode = mode
        guard mode == .readWrite else {
            try StoreLocks.requireReadable(path)
            database = try StoreDatabase(store: path, isWritable: false)
            (committer, locks) = (nil, nil)
            return
        }
        try FolderOperations.createAll(path)
        let locks = try StoreLocks(store: path, timeoutSeconds: lockTimeoutSeconds, onWait: onWait)
        self.locks = locks
        database = try locks.opening(timeoutSeconds: lockTimeoutSeconds, onWait: onWait) { () throws(StoreError) in
            // First, because the database may be of another program.
            let database = try StoreDatabase(store: path, isWritable: true)
            try Self.createFolders(path)
            return database
        }
        committer = GroupCommitter(database: database)
        // Within the lock a dead session stays dead: its number can be reused, but nothing has been made under it yet.
        try locks.opening { () throws(StoreError) in try removeLeftovers() }
    }

    deinit { committer?.close() }

    /// True if a program on this machine has the store in this folder open for writing.
    public static func isInUse(_ path: String) throws(StoreError) -> Bool { try StoreLocks.hasWriter(path) }

    /// Blocks until everything committed so far is durable or has failed.
    public func flush() { try? settle() }

    /// Blocks until all blobs and results so far are durable. Throws the last error that prevented it.
    package func settle() throws(StoreError) {
        guard let committer else { return }
        let result = Monitor<Result<CommitOutcome, StoreError>?>(nil)
        committer.enqueue(.barrier) { outcome in result.update { $0 = outcome } }
        committer.hurry()
        _ = try result.wait { $0 }.get()
    }

    /// Commits what is queued now, without waiting for more operations to share the transaction.
    public func hurry() { committer?.hurry() }

    /// The number of database transactions that this process has committed.
    public var transactionCount: Int { committer?.transactionCount ?? 0 }

    func writable(to operation: String) throws(StoreError) -> GroupCommitter {
        guard let committer else { throw .openedReadOnly(path: path, operation: operation) }
        return committer
    }

    private static func createFolders(_ path: String) throws(StoreError) {
        var isNew = false
        for name in ["objects", "attempts"] where try FolderOperations.create(path + "/" + name) { isNew = true }
        if isNew { try FolderOperations.synchronize(path) }
        isNew = false
        let present = Set(try FolderOperations.names(in: path + "/objects"))
        for value in 0..<256 {
            let name = (value < 16 ? "0" : "") + String(value, radix: 16)
            let folder = path + "/objects/" + name
            if present.contains(name) {
                if try FolderOperations.isFolder(folder) { continue }
                // A file here would block every blob whose digest begins with this byte.
                try moveToDamaged(folder, as: name, store: path)
            }
            if try FolderOperations.create(folder) { isNew = true }
        }
        if isNew { try FolderOperations.synchronize(path + "/objects") }
    }
}

// MARK: Access for ModelRegistry

extension ContentStore {
    /// Reads one state of the database. Rethrows the errors of `body`; throws `StoreError` for those of the database.
    package func readDatabase<Value>(_ body: (Database) throws -> Value) throws -> Value {
        var own: (any Error)?
        do throws(StoreError) {
            return try database.read { try Self.call(body, with: $0, noting: &own) }
        } catch {
            throw own ?? error
        }
    }

    /// Runs `body` in one durable transaction, rolled back on an error. Throws as `readDatabase` does.
    package func writeDatabase<Value>(_ body: (Database) throws -> Value) throws -> Value {
        var own: (any Error)?
        do throws(StoreError) {
            return try database.write { try Self.call(body, with: $0, noting: &own) }
        } catch {
            throw own ?? error
        }
    }

    /// Throws `.openedReadOnly` unless the store is open for writing.
    package func requireWritable(to operation: String) throws(StoreError) { _ = try writable(to: operation) }

    /// Keeps an error that `StoreDatabase` would wrap.
    private static func call<Value>(
        _ body: (Database) throws -> Value, with database: Database, noting own: inout (any Error)?
    ) throws -> Value {
        do {
            return try body(database)
        } catch let error as DatabaseError {
            throw error
        } catch {
            own = error
            throw error
        }
    }
}
