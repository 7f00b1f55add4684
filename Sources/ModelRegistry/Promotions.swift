import ContentStore
import GRDB
import Host

/// A change of the model in production.
public struct Promotion: Sendable, Equatable {
    public enum Kind: String, Sendable {
        case promoted
        /// The predecessor of the model in production was restored.
        case rolledBack
    }

    public let kind: Kind
    public let model: RegisteredModel
    /// The version in production before; nil for the first.
    public let replaced: Int?
    public let decidedBy: String
    public let reason: String
    /// Nanoseconds since 1970.
    public let decidedAt: Int64
}

/// Promotions and rollbacks: which model of a name is in production.
extension ContentStore {
    /// Puts a model into production. Promoting the model in production changes nothing.
    ///
    /// - Parameter expected: the version that must be in production (0: none), which the caller compared with.
    ///
    /// - Throws: `.unknownModel`, `.modelRefused` and `StoreError`.
    @discardableResult
    public func promote(
        _ reference: ModelReference, replacing expected: Int? = nil, by decider: String, reason: String
    ) throws -> (model: RegisteredModel, replaced: RegisteredModel?) {
        try requireWritable(to: "promote a model")
        return try writeDatabase { database in
            let (row, model) = try Self.model(reference, database)
            let former = try database.model(ModelReference(name: model.name, .production))
            if let expected, (former?.model.version ?? 0) != expected {
                throw RegistryError.modelRefused(
                    model: "\(reference)",
                    reason:
                        "version \(former.map { "\($0.model.version)" } ?? "none") is in production now, not "
                        + "\(expected), which this model was compared with; compare again")
            }
            if former?.row != row {
                try requireFile(of: model)
                try database.addPromotion(
                    .promoted, row, of: model.name, replacing: former?.row, by: decider, reason)
            }
            return (model, former?.model)
        }
    }

    /// Restores the predecessor of the model in production. Throws `.modelRefused` without one, and `StoreError`.
    public func rollBack(
        _ name: String, by decider: String, reason: String
    ) throws -> (model: RegisteredModel, replaced: RegisteredModel) {
        try requireWritable(to: "roll a model back")
        return try writeDatabase { database in
            let stack = try database.productionStack(name)
            guard stack.count > 1, let present = stack.last else {
                throw RegistryError.modelRefused(
                    model: name,
                    reason: stack.isEmpty
                        ? "no model of this name is in production"
                        : "its first model is in production and has no predecessor")
            }
            let former = stack[stack.count - 2]
            if let model = try database.models("model.id = ?", [former]).first?.model { try requireFile(of: model) }
            try database.addPromotion(.rolledBack, former, of: name, replacing: present, by: decider, reason)
            let pair = try [former, present].compactMap { try database.models("model.id = ?", [$0]).first?.model }
            return (pair[0], pair[1])
        }
    }

    /// The promotions and rollbacks of a name, oldest first.
    public func promotions(of name: String) throws -> [Promotion] {
        try readDatabase { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT promotion.kind, promotion.decidedBy, promotion.reason, promotion.decidedAt, former.version,
                        model.name, model.version, artifact.digest, model.registeredAt
                    FROM promotion JOIN model ON model.id = promotion.model JOIN artifact ON artifact.id = model.artifact
                        LEFT JOIN model AS former ON former.id = promotion.replaced
                    WHERE promotion.name = ? ORDER BY promotion.id
                    """, arguments: [name]
            ).map { row in
                Promotion(
                    kind: Promotion.Kind(rawValue: row[0]) ?? .promoted,
                    model: RegisteredModel(
                        name: row[5], version: row[6], digest: try Digest(row, 7), registeredAt: row[8]),
                    replaced: row[4], decidedBy: row[1], reason: row[2], decidedAt: row[3])
            }
        }
    }
}

extension Database {
    func addPromotion(
        _ kind: Promotion.Kind, _ model: Int64, of name: String, replacing replaced: Int64?, by decider: String,
        _ reason: String
    ) throws {
        try run(
            """
            INSERT INTO promotion (name, kind, model, replaced, decidedBy, reason, decidedAt)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, [name, kind.rawValue, model, replaced, decider, reason, HostClock.wallNanoseconds()])
        try link(.promotion, lastInsertedRowID)
    }
}
