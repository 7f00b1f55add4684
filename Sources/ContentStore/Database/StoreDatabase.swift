import Folders
import GRDB
import Glibc
import Host

/// The SQLite database of a store: WAL journal, every commit flushed, errors mapped to `StoreError`.
final class StoreDatabase: Sendable {
    /// Transactions of other processes take milliseconds, but the disk may be slow and the queue long.
    private static let busySeconds = 60.0

    /// Concurrent reading connections.
    private static let readers = 4

    private let connections: any DatabaseReader & DatabaseWriter
    let path: String

    /// Opens `store`/store.sqlite and checks its schema version. For writing, creates it if missing; no other process
    /// may open the store meanwhile.
    init(store: String, isWritable: Bool) throws(StoreError) {
        path = store
        let file = store + "/store.sqlite"
        if !isWritable, try !FolderOperations.exists(file) {
            throw .notAStore(path: store, reason: "it has no store.sqlite")
        }
        try Self.startDispatch(store)
        DatabaseSystemError.listen()
        connections = try Self.mapping(path) {
            var configuration = Configuration()
            configuration.readonly = !isWritable
            configuration.busyMode = .timeout(Self.busySeconds)
            configuration.maximumReaderCount = Self.readers
            configuration.prepareDatabase { database in
                try database.execute(
                    sql: "PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY")
            }
            if try !isWritable && Self.isFrozen(store) {
                // The journal's shared memory cannot be created here, and no process can write here.
                return try DatabaseQueue(path: "file:\(Self.escaped(file))?immutable=1", configuration: configuration)
            }
            let pool = try DatabasePool(path: Self.name(ofFile: file), configuration: configuration)
            // GRDB turns off flushing of commits when it enables the journal, after the preparation above.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            return pool
        }
        try checkVersion(isWritable: isWritable)
    }

    /// True if a folder has a database of a known version, by the file's header
    /// (https://www.sqlite.org/fileformat2.html, 1.3). It is not opened.
    static func isLikely(in store: String) throws(StoreError) -> Bool {
        let path = store + "/store.sqlite"
        guard try FolderOperations.exists(path) else { return false }
        var header = [UInt8](repeating: 0, count: 64)
        guard try OpenFile.reading(path).read(into: &header) == header.count else { return false }
        let version = header[60..<64].reduce(0) { $0 << 8 | Int($1) }
        return header.starts(with: Array("SQLite format 3".utf8) + [0]) && (1...StoreSchema.version).contains(version)
    }

    private static func startDispatch(_ store: String) throws(StoreError) {
        let code: Int32?
        do throws(HostError) { code = try DispatchWorkers.start() } catch { throw .noThread("\(error)") }
        guard let code else { return }
        throw .fileSystem(operation: "open an event queue for the database of", path: store, code: code)
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        try Self.mapping(path) {
            try connections.read { database in try DatabaseSystemError.noting(database) { try body(database) } }
        }
    }

    /// Runs `body` on consecutive slices of `elements` concurrently, each with its own connection, and joins the
    /// results in order.
    func inSlices<Element: Sendable, Value: Sendable>(
        of elements: [Element], threads: Int,
        _ body: @escaping @Sendable (ArraySlice<Element>, Database) throws -> [Value]
    ) throws(StoreError) -> [Value] {
        do {
            return try ThreadTeam.inSlices(of: elements, threads: min(threads, Self.readers), named: "read") { slice in
                try self.read { try body(slice, $0) }
            }
        } catch let error as StoreError {
            throw error
        } catch {
            throw .database(path: path, message: "\(error)")
        }
    }

    /// Runs one transaction, durable on return, after those of other processes.
    func write<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        try Self.mapping(path) {
            try connections.writeWithoutTransaction { database in
                // Wraps the whole transaction: most errors occur on commit.
                try DatabaseSystemError.noting(database) {
                    var value: Value?
                    try database.inTransaction(.immediate) {
                        value = try body(database)
                        return .commit
                    }
                    guard let value else { fatalError("A committed transaction returned no value") }
                    return value
                }
            }
        }
    }

    private func checkVersion(isWritable: Bool) throws(StoreError) {
        let found = try read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
        if found == StoreSchema.version { return }
        if (StoreSchema.oldestVersion..<StoreSchema.version).contains(found) {
            if isWritable { try Self.mapping(path) { try StoreSchema.migrator.migrate(connections) } }
            return
        }
        guard found == 0 else {
            throw .otherSchema(path: path, found: found, expected: StoreSchema.version)
        }
        // GRDB creates its own table first; a crash after that leaves a store that counts as empty.
        let tables = try read { database in
            try Int.fetchOne(
                database, sql: "SELECT count(*) FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations'") ?? 0
        }
        guard tables == 0 else { throw .notAStore(path: path, reason: "store.sqlite belongs to another program") }
        guard isWritable else { throw .notAStore(path: path, reason: "store.sqlite is empty") }
        try Self.mapping(path) { try StoreSchema.migrator.migrate(connections) }
    }

    /// True if this process cannot write to the folder and no other process writes to the database: it has no pending
    /// journal, or no shared memory for it.
    private static func isFrozen(_ store: String) throws(StoreError) -> Bool {
        guard unsafe access(store.systemPath, W_OK) != 0 else { return false }
        guard let journal = try FileSignature(path: store + "/store.sqlite-wal") else { return true }
        if try FolderOperations.exists(store + "/store.sqlite-shm") { return false }
        guard journal.sizeBytes == 0 else {
            throw .notAStore(
                path: store,
                reason:
                    "its last changes are in store.sqlite-wal, which SQLite can only read in a writable folder; copy the store to a "
                    + "writable place and use the copy")
        }
        return true
    }

    /// Copies the journal into the database, unless others use it. Does not wait; on failure SQLite retries when the
    /// journal has grown. The journal file keeps its space, so that a store on a full disk can still be opened and
    /// written to for freeing space.
    func checkpoint() {
        try? connections.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA busy_timeout = 0")
            _ = try? Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(FULL)")
            try database.execute(sql: "PRAGMA busy_timeout = \(Int(Self.busySeconds * 1000))")
        }
    }

    /// The path for SQLite: verbatim if possible, else as a URI, which can carry any bytes.
    private static func name(ofFile path: String) -> String {
        PathText.bytes(of: path).elementsEqual(path.utf8) ? path : "file:" + escaped(path)
    }

    /// The path as part of an SQLite file URI.
    private static func escaped(_ path: String) -> String {
        var text = ""
        for byte in PathText.bytes(of: path) {
            let isPlain = (0x21..<0x7F).contains(byte) && !"%?#".utf8.contains(byte)
            text += isPlain ? String(UnicodeScalar(byte)) : "%" + String(UInt16(byte) + 0x100, radix: 16).dropFirst()
        }
        return text
    }

    private static func mapping<Value>(_ path: String, _ body: () throws -> Value) throws(StoreError) -> Value {
        let start = DatabaseSystemError.count
        do {
            return try body()
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError {
            let systemError = DatabaseSystemError.last(since: start)
            switch error.resultCode {
            case .SQLITE_BUSY:
                throw .locked(path: path, holder: "a process that writes to it", waitedSeconds: busySeconds)
            case .SQLITE_FULL: throw .diskFull(path: path)
            case .SQLITE_READONLY: throw .readOnlyFileSystem(path: path)
            case .SQLITE_NOTADB, .SQLITE_CORRUPT:
                throw .notAStore(path: path, reason: "store.sqlite is damaged (\(error.message ?? "no detail"))")
            // The system's reason is more specific than SQLite's. After a read error the database may be damaged.
            case .SQLITE_IOERR, .SQLITE_CANTOPEN:
                if let systemError, systemError != EIO { throw .from(errno: systemError, "use the database in", path) }
                if SystemReason.exhaustion != nil { throw .from(errno: EMFILE, "open the database of the store", path) }
                throw .database(path: path, message: error.message ?? "\(error.extendedResultCode)")
            default: throw .database(path: path, message: error.message ?? "\(error.extendedResultCode)")
            }
        } catch {
            throw .database(path: path, message: "\(error)")
        }
    }
}
