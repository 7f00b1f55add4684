import GRDB

/// Pretrained networks under names.
extension ContentStore {
    /// Gives a blob a name among the backbones; says whether it had not got it before. Throws `.backboneRefused` for a name that
    /// is none or is another one's, `.missingBlob`, and other `StoreError`s.
    @discardableResult
    public func add(backbone digest: Digest, as name: String) throws -> Bool {
        _ = try writable(to: "add a backbone")
        guard ModelReference.isName(name) else {
            throw StoreError.backboneRefused(
                name: name,
                reason: "a name has letters, digits and, after the first of these, \".\", \"_\" or \"-\", at most 100")
        }
        try settleBlob(digest)
        return try database.write { database in
            if let known = try database.backbones("backbone.name = ?", [name]).first {
                guard known.digest == digest else {
                    throw StoreError.backboneRefused(
                        name: name,
                        reason: "another one has this name; choose another by --name, or remove that one first")
                }
                return false
            }
            try database.run(
                "INSERT INTO backbone (name, artifact, addedAt) VALUES (?, ?, ?)",
                [name, try database.artifact(digest), HostClock.wallNanoseconds()])
            return true
        }
    }

    /// All backbones by name.
    public func backbones() throws -> [StoredBackbone] {
        try database.read { try $0.backbones("TRUE ORDER BY backbone.name", []) }
    }

    /// The backbone of a name. Throws `.unknownBackbone`, and other `StoreError`s.
    public func backbone(_ name: String) throws -> StoredBackbone {
        try database.read { try $0.backbone(name) }
    }

    /// Takes a name back: its blob goes with the next garbage collection, unless something else needs it. Throws
    /// `.unknownBackbone`, and other `StoreError`s.
    public func remove(backbone name: String) throws {
        _ = try writable(to: "remove a backbone")
        try database.write { database in
            _ = try database.backbone(name)
            try database.run("DELETE FROM backbone WHERE name = ?", [name])
        }
    }
}

extension Database {
    fileprivate func backbones(_ condition: String, _ arguments: StatementArguments) throws -> [StoredBackbone] {
        try Row.fetchAll(
            self,
            sql: """
                SELECT backbone.name, artifact.digest, backbone.addedAt
                FROM backbone JOIN artifact ON artifact.id = backbone.artifact WHERE \(condition)
                """, arguments: arguments
        ).map { StoredBackbone(name: $0[0], digest: try Digest($0, 1), addedAt: $0[2]) }
    }

    fileprivate func backbone(_ name: String) throws -> StoredBackbone {
        if let found = try backbones("backbone.name = ?", [name]).first { return found }
        let known = try backbones("TRUE ORDER BY backbone.name", []).map(\.name)
        throw StoreError.unknownBackbone(name: name, known: known)
    }
}
