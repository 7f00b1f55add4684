import GRDB
import GRDBSQLite
import Synchronization

/// The `errno` behind an SQLite error. SQLite says "disk I/O error" or "unable to open database file" for a full disk,
/// a limit of open files and a broken disk alike.
///
/// For messages only: if two threads fail at once, one may report the other's reason.
enum DatabaseSystemError {
    private struct State: Sendable {
        var count = 0
        var code: Int32?
    }

    private static let state = Mutex(State())

    /// The number of errors noted so far.
    static var count: Int { state.withLock { $0.count } }

    /// The last error, if it was noted after there were `count`.
    static func last(since count: Int) -> Int32? { state.withLock { $0.count > count ? $0.code : nil } }

    private static func note(_ code: Int32) {
        guard code != 0 else { return }
        state.withLock { state in
            state.count += 1
            state.code = code
        }
    }

    /// Installs a logger for errors during the opening of a database, when there is no connection to query. Must be
    /// called before the first opening; further calls have no effect.
    static func listen() { _ = listening }

    private static let listening: Void = {
        unsafe Database.logError = { _, message in if let code = code(in: message) { note(code) } }
    }()

    /// The number in a line such as `os_unix.c:44064: (24) open(/store.sqlite) - Too many open files`.
    static func code(in message: String) -> Int32? {
        guard message.hasPrefix("os_unix.c:"), let open = message.firstIndex(of: "("),
            let close = message[open...].firstIndex(of: ")")
        else { return nil }
        return Int32(message[message.index(after: open)..<close])
    }

    /// Notes the `errno` of an error that `body` throws.
    static func noting<Value>(_ database: Database, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            if [.SQLITE_IOERR, .SQLITE_CANTOPEN].contains(error.resultCode),
                let connection = unsafe database.sqliteConnection
            {
                note(unsafe sqlite3_system_errno(connection))
            }
            throw error
        }
    }
}
