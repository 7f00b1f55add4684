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

/// Models registered under names, and the one in production.
extension ContentStore {
    /// Registers a blob as the next version of a name, unless it is registered already. Throws `.modelRefused` for an
    /// invalid name, `.missingBlob`, and other `StoreError`s.
    @discardableResult
    public func register(model digest: Digest, as name: String) throws -> (model: RegisteredModel, isNew: Bool) {
        try requireWritable(to: "register a model")
        guard ModelReference.isName(name) else {
            throw RegistryError.modelRefused(
                model: name,
                reason: "a name has at most 100 letters, digits and, after the first character, \".\", \"_\" or \"-\"")
        }
        try settleBlob(digest)
        return try writeDatabase { database in
            try database.run(
                """
                INSERT INTO model (name, version, artifact, registeredAt)
                VALUES (?1, 1 + coalesce((SELECT max(version) FROM model WHERE name = ?1), 0), ?2, ?3)
                ON CONFLICT (name, artifact) DO NOTHING
                """, [name, try database.artifact(digest), HostClock.wallNanoseconds()])
            let isNew = database.changesCount > 0
            if isNew { try database.link(.model, database.lastInsertedRowID) }
            guard
                let known = try database.models("model.name = ? AND artifact.digest = ?", [name, digest.column]).first
            else { throw StoreError.missingBlob(digest) }
            return (known.model, isNew)
        }
    }

    /// All models, or those of a name, ordered by name and version.
    public func models(of name: String? = nil) throws -> [RegisteredModel] {
        try readDatabase { database in
            try database.models("?1 IS NULL OR model.name = ?1 ORDER BY model.name, model.version", [name]).map(\.model)
        }
    }

    /// The model of a reference. Throws `.unknownModel` and `StoreError`.
    public func model(_ reference: ModelReference) throws -> RegisteredModel {
        try readDatabase { try Self.model(reference, $0).model }
    }

    /// The model of a name in production; nil without one.
    public func production(of name: String) throws -> RegisteredModel? {
        try readDatabase { try $0.model(ModelReference(name: name, .production))?.model }
    }

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

    /// Throws `.modelRefused` if the file of a model was collected: it cannot go into production.
    func requireFile(of model: RegisteredModel) throws {
        guard try contains(model.digest) else {
            throw RegistryError.modelRefused(
                model: "\(model.reference)",
                reason:
                    "its file was collected from the store; register it again from a copy, or choose another version")
        }
    }

    static func model(
        _ reference: ModelReference, _ database: Database
    ) throws -> (row: Int64, model: RegisteredModel) {
        if let found = try database.model(reference) { return found }
        let known = try database.models("model.name = ? ORDER BY model.version", [reference.name]).map(\.model.version)
        let reason =
            known.isEmpty
            ? "no model of this name is registered"
            : reference.selector == .production
                ? "no version of it is in production"
                : "its versions are \(known.map(String.init).joined(separator: ", "))"
        throw RegistryError.unknownModel(model: "\(reference)", reason: reason)
    }
}

/// Rows of models and promotions.
extension Database {
    func models(_ condition: String, _ arguments: StatementArguments) throws -> [(row: Int64, model: RegisteredModel)] {
        try Row.fetchAll(
            self,
            sql: """
                SELECT model.id, model.name, model.version, artifact.digest, model.registeredAt
                FROM model JOIN artifact ON artifact.id = model.artifact WHERE \(condition)
                """, arguments: arguments
        ).map { row in
            let model = RegisteredModel(
                name: row[1], version: row[2], digest: try Digest(row, 3), registeredAt: row[4])
            return (row[0], model)
        }
    }

    /// The model of a reference; nil if absent.
    func model(_ reference: ModelReference) throws -> (row: Int64, model: RegisteredModel)? {
        switch reference.selector {
        case .version(let version):
            try models("model.name = ? AND model.version = ?", [reference.name, version]).first
        case .latest: try models("model.name = ? ORDER BY model.version DESC LIMIT 1", [reference.name]).first
        case .production:
            try models(
                "model.id = (SELECT model FROM promotion WHERE name = ? ORDER BY id DESC LIMIT 1)", [reference.name]
            ).first
        }
    }

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
