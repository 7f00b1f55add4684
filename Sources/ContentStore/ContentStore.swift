import Synchronization

/// A content-addressed store: blobs named by their SHA-256 in `objects/`, facts about them in an SQLite database.
///
/// Any number of processes may read; one at a time may write, and the right to do so dies with the process. A crash or
/// power failure at any instant leaves a store that opens: blobs are flushed before they get their name, facts are
/// committed after the blobs they name. All calls are synchronous and may be made from any thread.
public final class ContentStore: Sendable {
    public enum Mode: Sendable {
        case readWrite, readOnly
    }

    public let path: String
    public let mode: Mode
    let database: StoreDatabase
    /// `nil` when opened read-only.
    let committer: GroupCommitter?
    /// Attempt numbers handed out by this process and not yet committed.
    let issuedAttempts = Mutex<[Digest: Int]>([:])
    /// Blobs whose content this process has hashed, so they need no second check.
    let verifiedBlobs = Mutex<Set<Digest>>([])
    /// Held while a damaged blob is moved away.
    let settingAside = Mutex(())
    let nextExecution = Mutex<Int64>(1)
    let nextTemporary = Atomic<Int>(0)

    /// Opens the store in the folder `path`, which is created when missing and opened for writing.
    ///
    /// Opening for writing waits up to `lockTimeoutSeconds` for a process that has the store open for writing already
    /// (`onWait` is called once with a description of that process), then throws `.locked`. What runs that died left
    /// behind is removed. Opening read-only never waits and changes nothing.
    ///
    /// Throws `.notAStore`, `.newerSchema`, `.readOnlyFileSystem`, `.diskFull`, `.fileSystem` or `.database`.
    public init(
        path: String, mode: Mode = .readWrite, lockTimeoutSeconds: Double = 0,
        onWait: (_ holder: String) -> Void = { _ in }
    ) throws(StoreError) {
        self.path = path
        self.mode = mode
        guard mode == .readWrite else {
            database = try StoreDatabase(store: path, isWritable: false)
            committer = nil
            return
        }
        try FolderOperations.createAll(path)
        let lock = try StoreLock(store: path, timeoutSeconds: lockTimeoutSeconds, onWait: onWait)
        try Self.createFolders(path)
        database = try StoreDatabase(store: path, isWritable: true)
        committer = GroupCommitter(database: database, lock: lock)
        try removeLeftovers()
    }

    deinit { committer?.close() }

    /// Blocks until everything committed so far is durable or has failed.
    public func flush() {
        guard let committer else { return }
        let isDone = Monitor(false)
        committer.enqueue(.barrier) { _ in isDone.update { $0 = true } }
        committer.hurry()
        isDone.wait { $0 ? () : nil }
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
        for value in 0..<256 {
            let name = (value < 16 ? "0" : "") + String(value, radix: 16)
            if try FolderOperations.create(path + "/objects/" + name) { isNew = true }
        }
        if isNew { try FolderOperations.synchronize(path + "/objects") }
    }
}
