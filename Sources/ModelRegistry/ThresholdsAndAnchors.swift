import ContentStore
import GRDB
import Host

/// A user's decision about a registered model.
public struct ModelDecision: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// The threshold of the model; nil restores its own.
        case threshold(Double?)
        /// The model is the anchor of its name: nights compare new models with it, besides the one in production.
        case anchor
    }

    public let kind: Kind
    public let model: RegisteredModel
    public let decidedBy: String
    public let reason: String
    /// Nanoseconds since 1970.
    public let decidedAt: Int64
}

/// Thresholds and anchors set by users. Decisions are only added, and each has an entry in the history chain.
extension ContentStore {
    /// Sets the threshold of a model.
    ///
    /// - Parameter value: a finite number; nil restores the model's own threshold.
    ///
    /// - Throws: `.unknownModel`, `.modelRefused` for an invalid value, and `StoreError`.
    @discardableResult
    public func setThreshold(
        of reference: ModelReference, to value: Double?, by decider: String, reason: String
    ) throws -> RegisteredModel {
        try requireWritable(to: "set a threshold")
        if let value, !value.isFinite {
            throw RegistryError.modelRefused(
                model: "\(reference)", reason: "invalid threshold \(value); expected a finite number")
        }
        return try writeDatabase { database in
            let (row, model) = try Self.model(reference, database)
            try database.run(
                "INSERT INTO thresholdDecision (model, value, decidedBy, reason, decidedAt) VALUES (?, ?, ?, ?, ?)",
                [row, value, decider, reason, HostClock.wallNanoseconds()])
            try database.link(.threshold, database.lastInsertedRowID)
            return model
        }
    }

    /// The decision that overrides the threshold of a model; nil without one, or if it was revoked.
    public func threshold(of model: RegisteredModel) throws -> ModelDecision? {
        let last = try readDatabase { database in
            try database.decisions("thresholdDecision", "value", model.name) { .threshold($0[4]) }.last {
                $0.model == model
            }
        }
        return last?.kind == .threshold(nil) ? nil : last
    }

    /// Makes a model the anchor of its name.
    ///
    /// - Throws: `.unknownModel`, `.modelRefused` if its file was collected, and `StoreError`.
    @discardableResult
    public func setAnchor(_ reference: ModelReference, by decider: String, reason: String) throws -> RegisteredModel {
        try requireWritable(to: "set an anchor")
        return try writeDatabase { database in
            let (row, model) = try Self.model(reference, database)
            try requireFile(of: model)
            try database.run(
                "INSERT INTO anchorDecision (name, model, decidedBy, reason, decidedAt) VALUES (?, ?, ?, ?, ?)",
                [model.name, row, decider, reason, HostClock.wallNanoseconds()])
            try database.link(.anchor, database.lastInsertedRowID)
            return model
        }
    }

    /// The anchor of a name: the model that a user set, or else the first promoted one that is still stored; nil
    /// without any.
    public func anchor(of name: String) throws -> RegisteredModel? {
        try readDatabase { try anchor(of: name, $0)?.model }
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

    /// The decisions about the models of a name, oldest first.
    public func decisions(of name: String) throws -> [ModelDecision] {
        try readDatabase { database in
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
