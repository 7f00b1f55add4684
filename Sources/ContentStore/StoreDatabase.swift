import Folders
import GRDB
import Glibc
import Host

/// The SQLite database of a store: WAL journal, every commit flushed, errors turned into `StoreError`.
final class StoreDatabase: Sendable {
    /// Transactions of other processes take milliseconds; a disk may be slow, and others may be waiting too.
    private static let busySeconds = 60.0

    /// Connections that read at once.
    private static let readers = 4

    private let connections: any DatabaseReader & DatabaseWriter
    let path: String

    /// Opens or, for writing, creates `store`/store.sqlite and checks its schema version.
    ///
    /// - Parameter mayMigrate: asked before a store of an earlier version is brought up to date; throws where others have it open.
    init(
        store: String, isWritable: Bool, mayMigrate: (_ found: Int) throws(StoreError) -> Void = { _ in }
    ) throws(StoreError) {
        path = store
        let file = store + "/store.sqlite"
        if !isWritable, try !FolderOperations.exists(file) {
            throw .notAStore(path: store, reason: "it has no store.sqlite")
        }
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
                // Nothing can create the shared memory of the journal here, and nothing can write either.
                return try DatabaseQueue(path: "file:\(Self.escaped(file))?immutable=1", configuration: configuration)
            }
            let pool = try DatabasePool(path: Self.name(ofFile: file), configuration: configuration)
            // The library turns flushing off for commits when it turns the journal on, after what is above.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            return pool
        }
        try checkVersion(isWritable: isWritable, mayMigrate)
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        try Self.mapping(path) {
            try connections.read { database in try DatabaseSystemError.noting(database) { try body(database) } }
        }
    }

    /// Runs `body` on consecutive slices of `elements` at once, each with a connection of its own, and joins what they give, in
    /// the order of the elements.
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

    /// One transaction, durable on return; it waits for those of other processes.
    func write<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        try Self.mapping(path) {
            try connections.writeWithoutTransaction { database in
                // Around the whole transaction: most of what can fail does so when it is committed.
                try DatabaseSystemError.noting(database) {
                    var value: Value?
                    try database.inTransaction(.immediate) {
                        value = try body(database)
                        return .commit
                    }
                    guard let value else { fatalError("A transaction that was committed gave no value") }
                    return value
                }
            }
        }
    }

    private func checkVersion(
        isWritable: Bool, _ mayMigrate: (Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        let found = try read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
        if found > StoreSchema.version {
            throw .newerSchema(path: path, found: found, supported: StoreSchema.version)
        }
        guard found < StoreSchema.version else { return }
        if found == 0 {
            let tables = try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_schema") ?? 0 }
            guard tables == 0 else { throw .notAStore(path: path, reason: "store.sqlite belongs to another program") }
            guard isWritable else { throw .notAStore(path: path, reason: "store.sqlite is empty") }
        }
        guard isWritable else { throw .olderSchema(path: path, found: found, current: StoreSchema.version) }
        if found > 0 { try mayMigrate(found) }
        try Self.mapping(path) {
            try connections.writeWithoutTransaction { database in
                // Has no effect within a transaction.
                try database.execute(sql: "PRAGMA foreign_keys = OFF")
                try database.inTransaction(.immediate) {
                    try StoreSchema.migrate(database, from: found)
                    try database.checkForeignKeys()
                    return .commit
                }
                try database.execute(sql: "PRAGMA foreign_keys = ON")
            }
        }
    }

    /// True if a database has no pending journal and lies in a folder that this process cannot write to. With a journal, its
    /// index in shared memory has to be there too: then others may be writing from where they can.
    private static func isFrozen(_ store: String) throws(StoreError) -> Bool {
        guard unsafe access(store.systemPath, W_OK) != 0 else { return false }
        guard let journal = try FileSignature(path: store + "/store.sqlite-wal") else { return true }
        if try FolderOperations.exists(store + "/store.sqlite-shm") { return false }
        guard journal.sizeBytes == 0 else {
            throw .notAStore(
                path: store,
                reason:
                    "its last changes are in store.sqlite-wal, which cannot be read without writing; copy the folder to a "
                    + "writable place and use the copy")
        }
        return true
    }

    /// Copies all that has been committed from the journal into the database, unless others are using it. It is not waited for,
    /// and what fails is left to SQLite, which does the same whenever the journal has grown. The file of the journal keeps its
    /// space: on a full disk, a store has to open and be written to so that space can be freed in it.
    func checkpoint() {
        try? connections.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA busy_timeout = 0")
            _ = try? Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(FULL)")
            try database.execute(sql: "PRAGMA busy_timeout = \(Int(Self.busySeconds * 1000))")
        }
    }

    /// The path for SQLite: as it is where it is its own text, else as a URI, which can carry any bytes.
    private static func name(ofFile path: String) -> String {
        PathText.bytes(of: path).elementsEqual(path.utf8) ? path : "file:" + escaped(path)
    }

    /// The path in an SQLite file URI.
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
            // What the system said is more to the point: SQLite has one word for all of its errors. A disk that cannot be read
            // may have damaged the database.
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
