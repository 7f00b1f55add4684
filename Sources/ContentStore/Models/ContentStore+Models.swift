import GRDB

/// Models under names: which there are, and which one is in production.
extension ContentStore {
    /// Registers a blob as the next version of a name; what is registered already keeps its version. Throws
    /// `.modelRefused` for a name that is none, `.missingBlob`, and other `StoreError`s.
    @discardableResult
    public func register(model digest: Digest, as name: String) throws -> (model: RegisteredModel, isNew: Bool) {
        _ = try writable(to: "register a model")
        guard ModelReference.isName(name) else {
            throw StoreError.modelRefused(
                model: name,
                reason: "a name has letters, digits and, after the first of these, \".\", \"_\" or \"-\", at most 100")
        }
        try settleBlob(digest)
        return try database.write { database in
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

    /// All models, or those of a name, by name and version.
    public func models(of name: String? = nil) throws -> [RegisteredModel] {
        try database.read { database in
            try database.models("?1 IS NULL OR model.name = ?1 ORDER BY model.name, model.version", [name]).map(\.model)
        }
    }

    /// The model that a reference means. Throws `.unknownModel`, and other `StoreError`s.
    public func model(_ reference: ModelReference) throws -> RegisteredModel {
        try database.read { try Self.model(reference, $0).model }
    }

    /// The model of a name that is in production; `nil` where none is.
    public func production(of name: String) throws -> RegisteredModel? {
        try database.read { try $0.model(ModelReference(name: name, .production))?.model }
    }

    /// Puts a model into production. With `expected`, only if this version is in production (0: none) as the caller decided by
    /// it. Promoting what is in production is fine, and changes nothing. Throws `.unknownModel`, `.modelRefused`, and other
    /// `StoreError`s.
    @discardableResult
    public func promote(
        _ reference: ModelReference, replacing expected: Int? = nil, by decider: String, reason: String
    ) throws -> (model: RegisteredModel, replaced: RegisteredModel?) {
        _ = try writable(to: "promote a model")
        return try database.write { database in
            let (row, model) = try Self.model(reference, database)
            let former = try database.model(ModelReference(name: model.name, .production))
            if let expected, (former?.model.version ?? 0) != expected {
                throw StoreError.modelRefused(
                    model: "\(reference)",
                    reason:
                        "version \(former.map { "\($0.model.version)" } ?? "none") is in production by now, and not "
                        + "\(expected), which it was compared with; compare again")
            }
            if former?.row != row {
                try requireFile(of: model)
                try database.addPromotion(
                    .promoted, row, of: model.name, replacing: former?.row, by: decider, reason)
            }
            return (model, former?.model)
        }
    }

    /// Puts the model into production again that the present one had replaced. Throws `.modelRefused` where there is none, and
    /// other `StoreError`s.
    public func rollBack(
        _ name: String, by decider: String, reason: String
    ) throws -> (model: RegisteredModel, replaced: RegisteredModel) {
        _ = try writable(to: "roll a model back")
        return try database.write { database in
            let stack = try database.productionStack(name)
            guard stack.count > 1, let present = stack.last else {
                throw StoreError.modelRefused(
                    model: name,
                    reason: stack.isEmpty
                        ? "no model of this name is in production"
                        : "its first model is in production: nothing was before it")
            }
            let former = stack[stack.count - 2]
            if let model = try database.models("model.id = ?", [former]).first?.model { try requireFile(of: model) }
            try database.addPromotion(.rolledBack, former, of: name, replacing: present, by: decider, reason)
            let pair = try [former, present].compactMap { try database.models("model.id = ?", [$0]).first?.model }
            return (pair[0], pair[1])
        }
    }

    /// The decisions about a name, oldest first.
    public func promotions(of name: String) throws -> [Promotion] {
        try database.read { database in
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

    /// What is in production has to be there. Older models may have been collected.
    func requireFile(of model: RegisteredModel) throws {
        guard try contains(model.digest) else {
            throw StoreError.modelRefused(
                model: "\(model.reference)",
                reason: "its file is no longer in the store; register it again from a copy, or choose another version")
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
        throw StoreError.unknownModel(model: "\(reference)", reason: reason)
    }
}
