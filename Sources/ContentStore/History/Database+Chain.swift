import Foundation
import GRDB

/// The history as a chain: each entry holds the digest of a row and of the entry before it.
extension Database {
    /// Adds an entry for a row that was just written. `action`: of a job that succeeded, whose result is vouched for as well.
    func link(_ kind: HistoryKind, _ row: Int64, action: Int64? = nil) throws {
        guard let record = try historyRecord(kind, row) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a row of the history was not written")
        }
        let action = try action ?? (kind == .job ? succeededAction(ofJob: row) : nil)
        let result = try action.map { try resultRecord($0) }
        let position = try lastLinkPosition() + 1
        let former = position == 1 ? nil : try link(at: position - 1)
        let link = ChainLink(position: position, kind: kind, row: row, record: record, result: result)
        try run(
            "INSERT INTO chain (position, kind, row, record, result, link) VALUES (?, ?, ?, ?, ?, ?)",
            [position, kind.rawValue, row, record.column, result?.column, link.digest(after: former).column])
    }

    /// The digest of what a row of the history says; nil where there is none, or it is not over.
    func historyRecord(_ kind: HistoryKind, _ row: Int64) throws -> Digest? {
        let statement = try cachedStatement(sql: "SELECT * FROM (\(kind.rows)) WHERE row = ?")
        statement.setUncheckedArguments([row])
        return try Row.fetchOne(statement).map(Self.record)
    }

    static func record(_ row: Row) -> Digest {
        var encoder = CanonicalEncoder()
        for (name, value) in row { encoder.append(column: name, value) }
        return Digest.of(encoder.bytes)
    }

    /// The digest of what is recorded about an action: its key with all parts and inputs, and what it made.
    func resultRecord(_ action: Int64) throws -> Digest {
        var encoder = CanonicalEncoder()
        for sql in Self.resultTables {
            let statement = try cachedStatement(sql: sql)
            statement.setUncheckedArguments([action])
            let rows = try Row.fetchCursor(statement)
            var count = 0
            while let row = try rows.next() {
                for (name, value) in row { encoder.append(column: name, value) }
                count += 1
            }
            encoder.append(.integer(count))
        }
        return Digest.of(encoder.bytes)
    }

    /// In a fixed order each; inputs, outputs and references by their content.
    private static let resultTables = [
        "SELECT key, stage, version FROM action WHERE id = ?",
        """
        SELECT keyPart.name AS name, keyPart.digest AS digest, readable
        FROM actionKeyPart JOIN keyPart ON keyPart.id = keyPart WHERE action = ? ORDER BY position
        """,
        """
        SELECT keyPart.name AS name, role, artifact.digest AS digest FROM source
            JOIN artifact ON artifact.id = source.artifact JOIN keyPart ON keyPart.id = source.keyPart
        WHERE action = ? ORDER BY name, role, digest
        """,
        "SELECT name, digest FROM used JOIN artifact ON artifact.id = artifact WHERE action = ? ORDER BY position",
        "SELECT name, digest FROM generatedBy JOIN artifact ON artifact.id = artifact WHERE action = ? ORDER BY position",
        "SELECT digest FROM reference JOIN artifact ON artifact.id = artifact WHERE action = ? ORDER BY digest",
        "SELECT text FROM warning WHERE action = ? ORDER BY position",
    ]

    private func succeededAction(ofJob job: Int64) throws -> Int64? {
        try identifier(
            """
            SELECT action.id FROM job JOIN action ON action.id = job.action
            WHERE job.id = ?1 AND action.job = ?1 AND job.status = 'succeeded'
            """, [job])
    }

    /// The last number that was given, whether its entry is still there or not; nil where there is none.
    func linkCounter() throws -> Int64? {
        try identifier("SELECT seq FROM sqlite_sequence WHERE name = 'chain'", [])
    }

    /// The same, also where somebody has edited the counter: the next entry must not take the place of another.
    private func lastLinkPosition() throws -> Int64 {
        try max(linkCounter() ?? 0, identifier("SELECT max(position) FROM chain", []) ?? 0)
    }

    private func link(at position: Int64) throws -> Digest? {
        let statement = try cachedStatement(sql: "SELECT link FROM chain WHERE position = ?")
        statement.setUncheckedArguments([position])
        return try Row.fetchOne(statement).map { try Digest($0, 0) }
    }
}

extension CanonicalEncoder {
    /// A value of a column with its name and type.
    mutating func append(column name: String, _ value: DatabaseValue) {
        append(text: name)
        switch value.storage {
        case .null: append(.list([]))
        case .int64(let integer): append(.integer(Int(integer)))
        case .double(let real): append(.real(real))
        case .string(let text): append(text: text)
        case .blob(let data): append(.digest(Digest.of(Array(data))))
        }
    }
}
