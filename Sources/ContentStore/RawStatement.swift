import GRDB
import GRDBSQLite

extension Database {
    /// True if going through all rows of a table is quicker than finding each of `count`, which takes five times as long as
    /// passing by.
    func isScanWorthwhile(_ table: String, for count: Int) throws -> Bool {
        guard count >= 512 else { return false }
        let statement = try RawStatement(self, "SELECT count(*) FROM (SELECT 1 FROM \(table) LIMIT ?)")
        defer { statement.reset() }
        statement.bind(1, 3 * Int64(count) + 1)
        return try statement.next() && statement.integer(0) <= 3 * Int64(count)
    }
}

/// A prepared statement that is read column by column, without an object for each row or value: for what a run does by the
/// ten thousand. To be used in one access to its database, and `reset` after each use.
@safe struct RawStatement {
    private let database: Database
    private let statement: OpaquePointer

    /// Prepared once for each connection and text.
    init(_ database: Database, _ sql: String) throws {
        self.database = database
        unsafe statement = try unsafe database.cachedStatement(sql: sql).sqliteStatement
    }

    /// Binds the parameter `index`, from 1 on.
    func bind(_ index: Int32, _ text: String) {
        // The statement keeps a copy: -1, which the header has as a macro.
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

    /// Goes to the next row; false after the last.
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

    /// Runs a statement that has no rows, and makes it ready for other values.
    func run() throws {
        defer { reset() }
        _ = try next()
    }

    /// Makes it ready for other values. A statement that is not reset keeps its reading of the database open.
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
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a digest has a wrong length")
        }
        return digest
    }
}
