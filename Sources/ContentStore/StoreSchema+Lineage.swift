import Foundation
import GRDB

extension StoreSchema {
    /// Version 5: what an auditor asks for.
    ///
    /// `source` says which contents the key of an action names, besides its inputs: image files, masks and textures, of which the
    /// store has no copy. `role` says where in the value of the key part the digest stands.
    ///
    /// `manifest` is the text of a run's manifest, and `file` its path as it was given. `recipe` is what other commands need to do the
    /// same again (`RunOrigin`).
    ///
    /// `chain` has an entry for every row of the history when it is written, or written once more: `record` is the digest of what the
    /// row says, `result` that of what the action made, and `link` that of all this and the link before. The numbers never come
    /// twice, so that entries taken off the end are missed, unless that is hidden with some care.
    static let lineageTables = """
        CREATE TABLE source (
            action INTEGER NOT NULL REFERENCES action (id),
            keyPart INTEGER NOT NULL REFERENCES keyPart (id),
            role TEXT NOT NULL,
            artifact INTEGER NOT NULL REFERENCES artifact (id),
            PRIMARY KEY (action, keyPart, role)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sourceArtifact ON source (artifact);
        CREATE INDEX sourceKeyPart ON source (keyPart);
        CREATE INDEX keyPartName ON keyPart (name);
        CREATE INDEX referenceArtifact ON reference (artifact);

        ALTER TABLE execution ADD COLUMN manifest INTEGER REFERENCES artifact (id);
        ALTER TABLE execution ADD COLUMN file TEXT;
        ALTER TABLE execution ADD COLUMN recipe TEXT;

        CREATE TABLE chain (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            kind INTEGER NOT NULL,
            row INTEGER NOT NULL,
            record BLOB NOT NULL CHECK (length(record) = 32),
            result BLOB CHECK (length(result) = 32),
            link BLOB NOT NULL CHECK (length(link) = 32)
        ) STRICT;
        """

    static func fillLineage(_ database: Database) throws {
        try findSources(database)
        try linkHistory(database, HistoryKind.first)
    }

    /// Sources of what an earlier version computed, as far as the files are known. Of a digest within a key part, that version
    /// kept the first twelve digits.
    private static func findSources(_ database: Database) throws {
        var known: [Substring: Digest] = [:]
        for row in try Row.fetchAll(database, sql: "SELECT DISTINCT digest FROM sourceFile ORDER BY digest") {
            let digest = try Digest(row, 0)
            known[digest.hex.prefix(12)] = digest
        }
        guard !known.isEmpty else { return }
        for part in try Row.fetchAll(database, sql: "SELECT id, readable FROM keyPart ORDER BY id") {
            for (role, digits) in mentions(part[1]) {
                guard let digest = known[digits] else { continue }
                try database.run(
                    """
                    INSERT INTO source (action, keyPart, role, artifact)
                    SELECT DISTINCT action, keyPart, ?, ? FROM actionKeyPart WHERE keyPart = ?
                    """, [role, try database.artifact(digest), part[0] as Int64])
            }
        }
    }

    /// The digests that are named in the readable form of a key part: one alone, of an image with its mask, or a list.
    private static func mentions(_ readable: String) -> [(role: String, digits: Substring)] {
        func isShort(_ text: Substring) -> Bool { text.utf8.count == 12 && text.allSatisfy(\.isHexDigit) }
        func alone(_ role: String, _ text: Substring) -> [(String, Substring)] { isShort(text) ? [(role, text)] : [] }
        if readable.hasPrefix("["), readable.hasSuffix("]") {
            return readable.dropFirst().dropLast().split(separator: ", ").enumerated().flatMap {
                alone("\($0.offset)", $0.element)
            }
        }
        guard readable.hasPrefix("{digest: "), let mask = readable.range(of: ", mask: ", options: .backwards) else {
            return alone("", readable[...])
        }
        return alone("digest", readable.dropFirst(9).prefix(12))
            + alone("mask", readable[mask.upperBound...].prefix(12))
    }

    /// What an earlier version wrote is taken as it is found.
    static func linkHistory(_ database: Database, _ kinds: [HistoryKind] = HistoryKind.allCases) throws {
        for kind in kinds {
            for row in try Int64.fetchAll(database, sql: "SELECT row FROM (\(kind.rows)) ORDER BY row") {
                try database.link(kind, row)
            }
        }
    }
}
