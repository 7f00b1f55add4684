import GRDB

extension ContentStore {
    /// The fewest digits of a digest that may stand for all of it.
    private static let shortestPrefix = 8

    /// Finds what `text` names: the number of a run, the path of a file with the content of a blob (as runs export them),
    /// the name of a task, or a digest or the first digits of one. Throws `.unknownSubject`.
    public func subject(_ text: String) throws -> StoreSubject {
        let words = text.split(separator: " ", maxSplits: 1).map(String.init)
        if words.count == 2, ["run", "task", "blob"].contains(words[0]) { return try subject(words[1]) }
        if let number = Int64(text), text.count < Self.shortestPrefix {
            guard try execution(number) else {
                throw StoreError.unknownSubject(text: text, reason: "the store has no run of this number")
            }
            return .run(number)
        }
        if Self.isFile(text) {
            let digest = try Digest.of(filePath: text)
            guard try knows(digest) else {
                throw StoreError.unknownSubject(
                    text: text, reason: "no result in the store has the content of this file")
            }
            return .blob(digest)
        }
        if let key = try lastKey(ofTask: text) { return .task(text, key: key.digest) }
        return .blob(try digest(startingWith: text))
    }

    /// False also for a text that cannot be a path, such as one that is too long.
    private static func isFile(_ text: String) -> Bool { (try? FileSignature(path: text))?.isRegular == true }

    private func execution(_ number: Int64) throws(StoreError) -> Bool {
        try database.read { try $0.identifier("SELECT id FROM execution WHERE id = ?", [number]) } != nil
    }

    /// True if a fact names this content, be it stored or not.
    public func knows(_ digest: Digest) throws(StoreError) -> Bool {
        try database.read { try $0.identifier("SELECT id FROM artifact WHERE digest = ?", [digest.column]) } != nil
    }

    private func digest(startingWith text: String) throws -> Digest {
        let digits = text.lowercased()
        let isHexadecimal = digits.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
        guard isHexadecimal, (Self.shortestPrefix...64).contains(digits.utf8.count) else {
            throw StoreError.unknownSubject(
                text: text, reason: "no file, task, run or blob of this name is known to the store")
        }
        let lowest = try Digest(hex: digits + String(repeating: "0", count: 64 - digits.utf8.count))
        let highest = try Digest(hex: digits + String(repeating: "f", count: 64 - digits.utf8.count))
        let found = try database.read { database in
            try Row.fetchAll(
                database, sql: "SELECT digest FROM artifact WHERE digest BETWEEN ? AND ? ORDER BY digest LIMIT 2",
                arguments: [lowest.column, highest.column]
            ).map { try Digest($0, 0) }
        }
        guard let first = found.first else {
            throw StoreError.unknownSubject(text: text, reason: "the store has no blob whose digest begins so")
        }
        guard found.count == 1 else {
            throw StoreError.unknownSubject(text: text, reason: "several digests begin so, give more digits")
        }
        return first
    }
}
