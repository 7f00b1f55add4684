import GRDB

/// What the table of source files knows a file by: a digest of its path. The path itself is nobody's business who gets the
/// store, and is never needed again.
enum SourceKey {
    private static let mark = "#"

    static func of(_ path: String) -> String { mark + Digest.of(text: path).hex }

    /// False for what earlier versions wrote, which is the path.
    static func isKey(_ text: String) -> Bool { text.utf8.first == mark.utf8.first }

    /// The rows that begin with anything else, found by the index.
    private static let earlierKeys = "FROM sourceFile WHERE path < '#' OR path >= '$'"

    static func hasEarlierKeys(_ database: Database) throws -> Bool {
        try Int.fetchOne(database.cachedStatement(sql: "SELECT 1 \(earlierKeys) LIMIT 1")) != nil
    }

    static func rewriteEarlierKeys(_ database: Database) throws {
        for path in try String.fetchAll(database, sql: "SELECT path \(earlierKeys)") {
            try database.run("UPDATE OR REPLACE sourceFile SET path = ? WHERE path = ?", [of(path), path])
        }
    }
}
