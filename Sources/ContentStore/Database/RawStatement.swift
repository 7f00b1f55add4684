import GRDB
import GRDBSQLite

extension ContentStore {
    /// The version of SQLite, such as "3.40.1".
    public static var databaseLibraryVersion: String { unsafe String(cString: sqlite3_libversion()) }
}

extension Database {
    /// The row of a blob, inserted if missing.
    package func artifact(_ digest: Digest) throws -> Int64 {
        try run("INSERT INTO artifact (digest) VALUES (?) ON CONFLICT DO NOTHING", [digest.column])
        guard let row = try identifier("SELECT id FROM artifact WHERE digest = ?", [digest.column]) else {
            throw StoreError.missingBlob(digest)
        }
        return row
    }

    /// True if scanning a table is faster than `count` look-ups, each of which costs as much as passing five rows.
    func isScanWorthwhile(_ table: String, for count: Int) throws -> Bool {
        guard count >= 512 else { return false }
        let limit = 3 * Int64(count)
        return try identifier("SELECT count(*) FROM (SELECT 1 FROM \(table) LIMIT ?)", [limit + 1]) ?? 0 <= limit
    }

    /// Reads the rows for one number, for queries that are made ten thousands of times.
    func map<Value>(_ sql: String, _ number: Int64, _ value: (RawStatement) throws -> Value) throws -> [Value] {
        let statement = try RawStatement(self, sql)
        defer { statement.reset() }
        statement.bind(1, number)
        var values: [Value] = []
        while try statement.next() { values.append(try value(statement)) }
        return values
    }
}

/// A prepared statement read column by column, without an object per row or value, for statements that a run executes
/// ten thousands of times. Must be used within one database access and `reset` after each use.
@safe struct RawStatement {
    private let database: Database
    private let statement: OpaquePointer

    /// Prepared once per connection and text.
    init(_ database: Database, _ sql: String) throws {
        self.database = database
        unsafe statement = try unsafe database.cachedStatement(sql: sql).sqliteStatement
    }

    /// Binds the parameter `index`, counted from 1.
    func bind(_ index: Int32, _ text: String) {
        // SQLITE_TRANSIENT, a macro that Swift does not import: the statement keeps a copy.
        let copies = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        unsafe sqlite3_bind_text(statement, index, text, -1, copies)
    }

    func bind(_ index: Int32, _ integer: Int64) { unsafe sqlite3_bind_int64(statement, index, integer) }

    func bindNull(_ index: Int32) { unsafe sqlite3_bind_null(statement, index) }

    func bind(_ index: Int32, _ digest: Digest) {
        let copies = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        let words = digest.words
        let bytes = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
        unsafe withUnsafeBytes(of: bytes) { unsafe _ = sqlite3_bind_blob(statement, index, $0.baseAddress, 32, copies) }
    }

    /// Advances to the next row; false after the last.
    func next() throws -> Bool {
        let code = unsafe sqlite3_step(statement)
        if code == SQLITE_ROW { return true }
        guard code == SQLITE_DONE else {
            let message = unsafe String(cString: sqlite3_errmsg(database.sqliteConnection))
            reset()
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
        }
        return false
    }

    /// Runs a statement without rows, then resets it.
    func run() throws {
        defer { reset() }
        _ = try next()
    }

    /// Resets the statement for new values. Until then it keeps its view of the database open.
    func reset() { unsafe sqlite3_reset(statement) }

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(statement, column) }

    func real(_ column: Int32) -> Double { unsafe sqlite3_column_double(statement, column) }

    func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(statement, column) == SQLITE_NULL }

    func text(_ column: Int32) -> String {
        guard let start = unsafe sqlite3_column_text(statement, column) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(statement, column))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func digest(_ column: Int32) throws -> Digest {
        let start = unsafe sqlite3_column_blob(statement, column)
        let count = Int(unsafe sqlite3_column_bytes(statement, column))
        guard let digest = unsafe Digest(UnsafeRawBufferPointer(start: start, count: count)) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a digest is not 32 bytes long")
        }
        return digest
    }
}
