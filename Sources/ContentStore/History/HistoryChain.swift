import GRDB

/// The last entry of a store's history. Recorded elsewhere, on paper or in a signed attestation, it proves later that
/// the history up to it is unchanged.
public struct HistoryHead: Sendable, Equatable, Codable, CustomStringConvertible {
    /// The number of entries.
    public let position: Int64
    public let link: Digest

    public init(position: Int64, link: Digest) { (self.position, self.link) = (position, link) }

    /// Parses a `description`; nil if malformed.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let position = Int64(parts[0]), position > 0, "\(position)" == parts[0],
            let link = try? Digest(hex: String(parts[1]))
        else { return nil }
        self.init(position: position, link: link)
    }

    public var description: String { "\(position):\(link)" }
}

/// An entry of the history chain.
struct ChainLink: Equatable {
    /// Counted from 1, without gaps.
    let position: Int64
    let kind: HistoryKind
    /// The row's number in its table.
    let row: Int64
    /// The digest of the row.
    let record: Digest
    /// The digest of the action's result, for a successful attempt.
    let result: Digest?

    /// History: 1 = first.
    private static let version = 1

    /// The digest that the next entry is chained to.
    func digest(after former: Digest?) -> Digest {
        var encoder = CanonicalEncoder()
        encoder.append(.text("history"))
        encoder.append(.integer(Self.version))
        encoder.append(.list([former, record, result].map { $0.map(KeyValue.digest) ?? .flag(false) }))
        encoder.append(.list([.integer(Int(position)), .integer(Int(kind.rawValue)), .integer(Int(row))]))
        return Digest.of(encoder.bytes)
    }
}

/// The history as a chain: each entry holds the digest of a row and of the previous entry.
extension Database {
    /// Adds an entry for a row just written. For a successful job, `action` includes its result in the entry.
    package func link(_ kind: HistoryKind, _ row: Int64, action: Int64? = nil) throws {
        guard let record = try historyRecord(kind, row) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a row of the history was not written")
        }
        let action = try action ?? (kind == .job ? succeededAction(ofJob: row) : nil)
        let result = try action.map { try resultRecord($0) }
        let last = try lastLinkPosition()
        guard last < .max else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the history has no position left")
        }
        let position = last + 1
        let former = position == 1 ? nil : try link(at: position - 1)
        let link = ChainLink(position: position, kind: kind, row: row, record: record, result: result)
        try run(
            "INSERT INTO chain (position, kind, row, record, result, link) VALUES (?, ?, ?, ?, ?, ?)",
            [position, kind.rawValue, row, record.column, result?.column, link.digest(after: former).column])
    }

    /// The digest of a row of the history; nil if it is absent or incomplete.
    func historyRecord(_ kind: HistoryKind, _ row: Int64) throws -> Digest? {
        try self.row("SELECT * FROM (\(kind.rows)) WHERE row = ?", [row]).map(Self.record)
    }

    static func record(_ row: Row) -> Digest {
        var encoder = CanonicalEncoder()
        for (name, value) in row { encoder.append(column: name, value) }
        return Digest.of(encoder.bytes)
    }

    /// The digest of everything recorded about an action: its key with all parts and inputs, and its result.
    func resultRecord(_ action: Int64) throws -> Digest {
        var encoder = CanonicalEncoder()
        for sql in Self.resultTables {
            let rows = try Row.fetchCursor(prepared(sql, [action]))
            var count = 0
            while let row = try rows.next() {
                for (name, value) in row { encoder.append(column: name, value) }
                count += 1
            }
            encoder.append(.integer(count))
        }
        return Digest.of(encoder.bytes)
    }

    /// Rows in a fixed order; inputs, outputs and references by their digests.
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

    /// The last position issued, even if its entry was removed; nil without any.
    func linkCounter() throws -> Int64? {
        try identifier("SELECT seq FROM sqlite_sequence WHERE name = 'chain'", [])
    }

    /// The last position, robust against an edited counter: the next entry must not replace another.
    private func lastLinkPosition() throws -> Int64 {
        try max(linkCounter() ?? 0, identifier("SELECT max(position) FROM chain", []) ?? 0)
    }

    private func link(at position: Int64) throws -> Digest? {
        try row("SELECT link FROM chain WHERE position = ?", [position]).map { try Digest($0, 0) }
    }
}

extension CanonicalEncoder {
    /// Appends a column with its name and type.
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
