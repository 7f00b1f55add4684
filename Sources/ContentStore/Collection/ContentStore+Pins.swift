import GRDB

extension ContentStore {
    /// Keeps something from garbage collection: of a run all its results, of a task its last result, or one blob. Says
    /// whether it was not pinned before. Throws `.unknownSubject` when there is no result, and other `StoreError`s.
    @discardableResult
    public func pin(_ subject: StoreSubject) throws -> Bool {
        _ = try writable(to: "pin \(subject)")
        return try database.write { database in
            guard let (column, row) = try Self.row(of: subject, database) else {
                throw StoreError.unknownSubject(text: "\(subject)", reason: "the store has no result of it")
            }
            // A task may have another result by now.
            try database.run(
                """
                INSERT INTO pin (subject, \(column), pinnedAt) VALUES (?, ?, ?)
                ON CONFLICT (subject) DO UPDATE SET \(column) = excluded.\(column)
                    WHERE \(column) IS NOT excluded.\(column)
                """, ["\(subject)", row, HostClock.wallNanoseconds()])
            return database.changesCount > 0
        }
    }

    /// Takes back `pin`; says whether there was one.
    @discardableResult
    public func unpin(_ subject: StoreSubject) throws -> Bool {
        _ = try writable(to: "unpin \(subject)")
        return try database.write { database in
            try database.run("DELETE FROM pin WHERE subject = ?", ["\(subject)"])
            return database.changesCount > 0
        }
    }

    /// What is pinned, oldest first.
    public func pins() throws -> [String] {
        try database.read { try String.fetchAll($0, sql: "SELECT subject FROM pin ORDER BY id") }
    }

    private static func row(of subject: StoreSubject, _ database: Database) throws -> (column: String, row: Int64)? {
        let (column, row): (String, Int64?) =
            switch subject {
            case .run(let number):
                ("execution", try database.identifier("SELECT id FROM execution WHERE id = ?", [number]))
            case .task(_, let key):
                ("action", try database.identifier("SELECT id FROM action WHERE key = ?", [key.column]))
            case .blob(let digest):
                ("artifact", try database.identifier("SELECT id FROM artifact WHERE digest = ?", [digest.column]))
            }
        return row.map { (column, $0) }
    }
}
