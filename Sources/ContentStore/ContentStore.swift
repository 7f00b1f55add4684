import Synchronization

/// A content-addressed store: blobs named by their SHA-256 in `objects/`, facts about them in an SQLite database.
///
/// Any number of processes of one machine may read and write at once. What they must know of each other they tell by locks that
/// die with their process (`StoreLocks`). A crash or power failure at any instant leaves a store that opens: facts are committed
/// after the blobs that they name, with these names, were flushed. All calls are synchronous and may be made from any thread.
public final class ContentStore: Sendable {
    public enum Mode: Sendable {
        case readWrite, readOnly
    }

    public let path: String
    public let mode: Mode
    let database: StoreDatabase
    /// `nil` when opened read-only, as are the locks.
    let committer: GroupCommitter?
    let locks: StoreLocks?
    /// Attempt numbers handed out by this process and not yet committed.
    let issuedAttempts = Mutex<[Digest: Int]>([:])
    /// Blobs whose content this process has hashed, so they need no second check.
    let verifiedBlobs = Mutex<Set<Digest>>([])
    /// Held while a damaged blob is moved away.
    let settingAside = Mutex(())
    let nextTemporary = Atomic<Int>(0)

    /// Opens the store in the folder `path`, which is created when missing and opened for writing.
    ///
    /// Opening for writing brings a store of an earlier version up to date, unless a program has it open, and removes what runs that
    /// died left behind.
    /// It waits up to `lockTimeoutSeconds` for a process that needs the store for itself, which is what programs before
    /// version 2 of the schema do, and for programs on another machine (`onWait` is called with a description of what is waited
    /// for), then throws `.locked` or `.openElsewhere`.
    /// Opening read-only never waits and changes nothing.
    ///
    /// Throws `.notAStore`, `.newerSchema`, `.olderSchema`, `.olderSchemaInUse`, `.openElsewhere`, `.readOnlyFileSystem`, `.diskFull`, `.fileSystem` or `.database`.
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
        let lock = try StoreLock(store: path, timeoutSeconds: lockTimeoutSeconds, onWait: onWait)
        let locks = try StoreLocks(store: path, timeoutSeconds: lockTimeoutSeconds, onWait: onWait)
        self.locks = locks
        database = try locks.opening(timeoutSeconds: lockTimeoutSeconds, onWait: onWait) { () throws(StoreError) in
            try Self.createFolders(path)
            return try StoreDatabase(store: path, isWritable: true) { found throws(StoreError) in
                // A program of the earlier version would go on writing to tables that have become others.
                guard try !locks.isAlone() else { return }
                throw .olderSchemaInUse(
                    path: path, found: found, current: StoreSchema.version, holders: StoreLock.holders(store: path))
            }
        }
        committer = GroupCommitter(database: database, lock: lock)
        // Within the lock, a session that is dead stays so: its number can be taken again, but nothing made under it.
        try locks.opening { () throws(StoreError) in try removeLeftovers() }
    }

    deinit { committer?.close() }

    /// True if a program on this machine has the store in a folder open for writing; false where there is none.
    public static func isInUse(_ path: String) throws(StoreError) -> Bool { try StoreLocks.hasWriter(path) }

    /// Blocks until everything committed so far is durable or has failed.
    public func flush() { try? settle() }

    /// Blocks until blobs put and results committed so far are durable. Throws what kept the last of them from it.
    func settle() throws(StoreError) {
        guard let committer else { return }
        let result = Monitor<Result<CommitOutcome, StoreError>?>(nil)
        committer.enqueue(.barrier) { outcome in result.update { $0 = outcome } }
        committer.hurry()
        _ = try result.wait { $0 }.get()
    }

    /// Asks for what is committed so far to become durable now, without waiting for more to share the transaction.
    public func hurry() { committer?.hurry() }

    /// How many database transactions the commits of this process took.
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
                // In its place, every blob of that beginning would be refused.
                try moveToDamaged(folder, as: name, store: path)
            }
            if try FolderOperations.create(folder) { isNew = true }
        }
        if isNew { try FolderOperations.synchronize(path + "/objects") }
    }
}
