import GRDB

/// Something in a store that a user can name: a run of the program, the last result of a task, or a blob.
public enum StoreSubject: Sendable, Equatable {
    case run(Int64)
    case task(String, key: Digest)
    case blob(Digest)
}

extension StoreSubject: CustomStringConvertible {
    /// The text that lists it, and that `ContentStore.subject` parses.
    public var description: String {
        switch self {
        case .run(let number): "run \(number)"
        case .task(let name, _): "task \(name)"
        case .blob(let digest): "blob \(digest)"
        }
    }
}

extension ContentStore {
    /// The shortest accepted prefix of a digest, in digits.
    private static let shortestPrefix = 8

    /// Finds the subject that `text` names: the number of a run, the path of an exported file, the name of a task, or a
    /// digest or its first digits. "run 3", "task NAME" and "blob DIGEST" say which. Throws `.unknownSubject`.
    public func subject(_ text: String) throws -> StoreSubject {
        let words = text.split(separator: " ", maxSplits: 1).map(String.init)
        switch words.count == 2 ? words[0] : "" {
        case "run": return try run(words[1])
        case "task":
            guard let key = try lastKey(ofTask: words[1]) else {
                throw StoreError.unknownSubject(text: text, reason: "the store has no result of a task of this name")
            }
            return .task(words[1], key: key.digest)
        case "blob": return .blob(try digest(startingWith: words[1]))
        default: break
        }
        if Int64(text) != nil, text.count < Self.shortestPrefix { return try run(text) }
        // The text need not be a valid path.
        if (try? FileSignature(path: text))?.isRegular == true {
            let digest = try Digest.of(filePath: text)
            guard try knows(digest) else {
                throw StoreError.unknownSubject(
                    text: text, reason: "no result in the store has this file's content")
            }
            return .blob(digest)
        }
        if let key = try lastKey(ofTask: text) { return .task(text, key: key.digest) }
        return .blob(try digest(startingWith: text))
    }

    private func run(_ text: String) throws -> StoreSubject {
        guard let number = Int64(text),
            try database.read({ try $0.identifier("SELECT id FROM execution WHERE id = ?", [number]) }) != nil
        else { throw StoreError.unknownSubject(text: text, reason: "the store has no run with this number") }
        return .run(number)
    }

    /// True if a fact names this content, whether or not its blob is stored.
    public func knows(_ digest: Digest) throws(StoreError) -> Bool {
        try database.read { try $0.identifier("SELECT id FROM artifact WHERE digest = ?", [digest.column]) } != nil
    }

    private func digest(startingWith text: String) throws -> Digest {
        let digits = text.lowercased()
        let isHexadecimal = digits.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
        guard isHexadecimal, (Self.shortestPrefix...64).contains(digits.utf8.count) else {
            throw StoreError.unknownSubject(
                text: text, reason: "the store knows no file, task, run or blob of this name")
        }
        let lowest = try Digest(hex: digits + String(repeating: "0", count: 64 - digits.utf8.count))
        let highest = try Digest(hex: digits + String(repeating: "f", count: 64 - digits.utf8.count))
        let found = try database.read { database in
            try database.rows(
                "SELECT digest FROM artifact WHERE digest BETWEEN ? AND ? ORDER BY digest LIMIT 2",
                [lowest.column, highest.column]
            ).map { try Digest($0, 0) }
        }
        guard let first = found.first else {
            throw StoreError.unknownSubject(text: text, reason: "the store has no blob with this prefix")
        }
        guard found.count == 1 else {
            throw StoreError.unknownSubject(text: text, reason: "several digests have this prefix; give more digits")
        }
        return first
    }
}
