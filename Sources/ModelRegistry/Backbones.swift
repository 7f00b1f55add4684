import ContentStore
import GRDB
import Host

/// A pretrained network registered in a store.
public struct StoredBackbone: Sendable, Equatable {
    public let name: String
    public let digest: Digest
    /// Nanoseconds since 1970.
    public let addedAt: Int64
}

/// Pretrained networks under names.
extension ContentStore {
    /// Registers a blob as a backbone. Returns false if it was registered under this name before. Throws
    /// `.backboneRefused` for an invalid or taken name, `.missingBlob`, and other `StoreError`s.
    @discardableResult
    public func add(backbone digest: Digest, as name: String) throws -> Bool {
        try requireWritable(to: "add a backbone")
        guard ModelReference.isName(name) else {
            throw RegistryError.backboneRefused(
                name: name,
                reason: "a name has at most 100 letters, digits and, after the first character, \".\", \"_\" or \"-\"")
        }
        try settleBlob(digest)
        return try writeDatabase { database in
            if let known = try database.backbones("backbone.name = ?", [name]).first {
                guard known.digest == digest else {
                    throw RegistryError.backboneRefused(
                        name: name,
                        reason: "the name is taken; choose another one with --name, or remove that backbone first")
                }
                return false
            }
            try database.run(
                "INSERT INTO backbone (name, artifact, addedAt) VALUES (?, ?, ?)",
                [name, try database.artifact(digest), HostClock.wallNanoseconds()])
            return true
        }
    }

    /// All backbones, ordered by name.
    public func backbones() throws -> [StoredBackbone] {
        try readDatabase { try $0.backbones("TRUE ORDER BY backbone.name", []) }
    }

    /// The backbone of a name. Throws `.unknownBackbone` and `StoreError`.
    public func backbone(_ name: String) throws -> StoredBackbone {
        try readDatabase { try $0.backbone(name) }
    }

    /// The digest of a backbone by its name or its digest in hexadecimal. Throws `.unknownBackbone` and `StoreError`.
    public func backboneDigest(_ text: String) throws -> Digest {
        if let digest = try? Digest(hex: text), try contains(digest) { return digest }
        return try backbone(text).digest
    }

    /// Removes a name. The next garbage collection removes its blob, unless it is needed otherwise. Throws
    /// `.unknownBackbone` and `StoreError`.
    public func remove(backbone name: String) throws {
        try requireWritable(to: "remove a backbone")
        try writeDatabase { database in
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
        throw RegistryError.unknownBackbone(name: name, known: known)
    }
}
