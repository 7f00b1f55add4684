import GRDB

/// Thresholds and anchors that people set. Decisions are only ever added, and each has an entry in the chain of the history.
extension ContentStore {
    /// Sets the threshold that scores by this model are judged by from now on.
    ///
    /// - Parameter value: above 0 and finite; nil for the model's own.
    /// - Throws: `.unknownModel`, `.modelRefused` for a value that is no threshold, and other `StoreError`s.
    @discardableResult
    public func setThreshold(
        of reference: ModelReference, to value: Double?, by decider: String, reason: String
    ) throws -> RegisteredModel {
        _ = try writable(to: "set a threshold")
        if let value, !(value > 0 && value.isFinite) {
            throw StoreError.modelRefused(
                model: "\(reference)", reason: "its threshold cannot be \(value); expected a number above 0")
        }
        return try database.write { database in
            let (row, model) = try Self.model(reference, database)
            try database.run(
                "INSERT INTO thresholdDecision (model, value, decidedBy, reason, decidedAt) VALUES (?, ?, ?, ?, ?)",
                [row, value, decider, reason, HostClock.wallNanoseconds()])
            try database.link(.threshold, database.lastInsertedRowID)
            return model
        }
    }

    /// The decision by which a model has another threshold than its own; nil where there is none, or where it was taken back.
    public func threshold(of model: RegisteredModel) throws -> ModelDecision? {
        let last = try database.read { database in
            try database.decisions("thresholdDecision", "value", model.name) { .threshold($0[4]) }.last {
                $0.model == model
            }
        }
        return last?.kind == .threshold(nil) ? nil : last
    }

    /// Makes a model the anchor of the nights of its name.
    ///
    /// - Throws: `.unknownModel`, `.modelRefused` where its file is gone, and other `StoreError`s.
    @discardableResult
    public func setAnchor(_ reference: ModelReference, by decider: String, reason: String) throws -> RegisteredModel {
        _ = try writable(to: "set an anchor")
        return try database.write { database in
            let (row, model) = try Self.model(reference, database)
            try requireFile(of: model)
            try database.run(
                "INSERT INTO anchorDecision (name, model, decidedBy, reason, decidedAt) VALUES (?, ?, ?, ?, ?)",
                [model.name, row, decider, reason, HostClock.wallNanoseconds()])
            try database.link(.anchor, database.lastInsertedRowID)
            return model
        }
    }

    /// The model that the nights of a name are compared with besides the one in production: what a person set, else the first
    /// one that was promoted and is still in the store; nil where there is none.
    public func anchor(of name: String) throws -> RegisteredModel? {
        try database.read { try anchor(of: name, $0)?.model }
    }

    func anchor(of name: String, _ database: Database) throws -> (row: Int64, model: RegisteredModel)? {
        if let row = try database.identifier(
            "SELECT model FROM anchorDecision WHERE name = ? ORDER BY id DESC LIMIT 1", [name])
        {
            return try database.models("model.id = ?", [row]).first
        }
        let promoted = try Int64.fetchAll(
            database, sql: "SELECT model FROM promotion WHERE name = ? GROUP BY model ORDER BY min(id)",
            arguments: [name])
        for row in promoted {
            guard let known = try database.models("model.id = ?", [row]).first else { continue }
            // Models that were replaced before the first night may have been collected.
            if try contains(known.model.digest) { return known }
        }
        return nil
    }

    /// The decisions about the models of a name, in the order in which they were taken.
    public func decisions(of name: String) throws -> [ModelDecision] {
        try database.read { database in
            let thresholds = try database.decisions("thresholdDecision", "value", name) { .threshold($0[4]) }
            let anchors = try database.decisions("anchorDecision", "NULL", name) { _ in .anchor }
            return (thresholds + anchors).sorted { $0.decidedAt < $1.decidedAt }
        }
    }
}

extension Database {
    fileprivate func decisions(
        _ table: String, _ value: String, _ name: String, _ kind: (Row) -> ModelDecision.Kind
    ) throws -> [ModelDecision] {
        try Row.fetchAll(
            self,
            sql: """
                SELECT model.name, model.version, artifact.digest, model.registeredAt, \(value), decidedBy, reason, decidedAt
                FROM \(table) JOIN model ON model.id = \(table).model JOIN artifact ON artifact.id = model.artifact
                WHERE model.name = ? ORDER BY \(table).id
                """, arguments: [name]
        ).map { row in
            ModelDecision(
                kind: kind(row),
                model: RegisteredModel(
                    name: row[0], version: row[1], digest: try Digest(row, 2), registeredAt: row[3]),
                decidedBy: row[5], reason: row[6], decidedAt: row[7])
        }
    }
}
