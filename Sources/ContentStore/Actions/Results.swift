import GRDB

/// A named input of an action.
public struct ActionInput: Sendable, Hashable, Codable {
    public let name: String
    public let digest: Digest

    public init(name: String, digest: Digest) {
        self.name = name
        self.digest = digest
    }
}

/// A named output of an action.
public struct ActionOutput: Sendable, Hashable, Codable {
    public let name: String
    public let digest: Digest
    public let sizeBytes: Int

    public init(name: String, digest: Digest, sizeBytes: Int) {
        self.name = name
        self.digest = digest
        self.sizeBytes = sizeBytes
    }
}

/// The result of a finished action.
public struct ActionResult: Sendable, Hashable {
    /// In the order that the stage declares.
    public let outputs: [ActionOutput]
    /// Further blobs that the outputs refer to; they live as long as the action does. Sorted, without duplicates.
    public let references: [Digest]
    /// Warnings of the stage, which a cached result repeats.
    public let warnings: [String]

    public init(outputs: [ActionOutput], references: [Digest] = [], warnings: [String] = []) {
        self.outputs = outputs
        self.references = references.count < 2 ? references : Array(Set(references)).sorted()
        self.warnings = warnings
    }

    /// The digest of the output `name`.
    public func digest(of name: String) -> Digest? { outputs.first { $0.name == name }?.digest }
}

extension ContentStore {
    /// The results of the actions with these key digests. Actions without a result are omitted. Does not check that the
    /// blobs still exist.
    public func lookUp(_ keys: [Digest], threads: Int = 1) throws(StoreError) -> [Digest: ActionResult] {
        let scanned = try database.read { database in
            try database.isScanWorthwhile("action", for: keys.count) ? Self.scanResults(of: Set(keys), database) : nil
        }
        if let scanned { return scanned }
        let found = try database.inSlices(of: keys, threads: threads) { keys, database in
            let statement = try Self.resultStatement(database)
            return try keys.map { try Self.result($0, statement, database) }
        }
        var results: [Digest: ActionResult] = [:]
        for (key, result) in zip(keys, found) { results[key] = result }
        return results
    }

    /// The result of an action, or else the number of the last recorded attempt at it, 0 without one.
    public func lookUpWithAttempts(_ key: Digest) throws(StoreError) -> (result: ActionResult?, lastAttempt: Int?) {
        try database.read { database in
            if let result = try Self.result(key, Self.resultStatement(database), database) { return (result, nil) }
            return (nil, try database.lastAttempt(at: key))
        }
    }

    /// Measured seconds of an action, per stage: a moving average over the last runs.
    public func measuredDurations() throws(StoreError) -> [String: Double] {
        try database.read { database in
            let rows = try database.rows("SELECT stage, seconds FROM stageDuration")
            return Dictionary(uniqueKeysWithValues: rows.map { (row) -> (String, Double) in (row[0], row[1]) })
        }
    }

    /// Columns and tables of an `OpenResult`: one row per output, and one for an action without outputs.
    private static let resultRows = """
        SELECT action.id, action.key, action.hasReferences, action.hasWarnings,
            generatedBy.name, artifact.digest, artifact.sizeBytes
        FROM action
            LEFT JOIN generatedBy ON generatedBy.action = action.id
            LEFT JOIN artifact ON artifact.id = generatedBy.artifact
        WHERE action.job IS NOT NULL
        """

    /// A result whose rows are still being read.
    private struct OpenResult {
        let action: Int64
        let key: Digest
        let hasReferences, hasWarnings: Bool
        var outputs: [ActionOutput] = []

        /// Starts with the first row.
        init(_ row: RawStatement) throws {
            action = row.integer(0)
            key = try row.digest(1)
            (hasReferences, hasWarnings) = (row.integer(2) != 0, row.integer(3) != 0)
            try add(row)
        }

        mutating func add(_ row: RawStatement) throws {
            if row.isNull(4) { return }
            outputs.append(
                ActionOutput(name: row.text(4), digest: try row.digest(5), sizeBytes: Int(row.integer(6))))
        }

        func closed(_ database: Database) throws -> ActionResult {
            ActionResult(
                outputs: outputs, references: hasReferences ? try database.references(of: action) : [],
                warnings: hasWarnings ? try database.warnings(of: action) : [])
        }
    }

    private static func resultStatement(_ database: Database) throws -> RawStatement {
        try RawStatement(database, resultRows + " AND action.key = ? ORDER BY generatedBy.position")
    }

    private static func result(
        _ key: Digest, _ statement: RawStatement, _ database: Database
    ) throws -> ActionResult? {
        defer { statement.reset() }
        statement.bind(1, key)
        guard try statement.next() else { return nil }
        var result = try OpenResult(statement)
        while try statement.next() { try result.add(statement) }
        return try result.closed(database)
    }

    private static func scanResults(of keys: Set<Digest>, _ database: Database) throws -> [Digest: ActionResult] {
        let statement = try RawStatement(database, resultRows + " ORDER BY action.id, generatedBy.position")
        defer { statement.reset() }
        var results: [Digest: ActionResult] = [:]
        results.reserveCapacity(keys.count)
        var open: OpenResult?
        while try statement.next() {
            if open?.action == statement.integer(0) {
                try open?.add(statement)
            } else {
                if let open { results[open.key] = try open.closed(database) }
                open = keys.contains(try statement.digest(1)) ? try OpenResult(statement) : nil
            }
        }
        if let open { results[open.key] = try open.closed(database) }
        return results
    }
}
