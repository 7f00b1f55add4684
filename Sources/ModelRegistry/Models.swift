import ContentStore
import GRDB
import Host

/// Models registered under names.
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

/// Rows of models.
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
}
