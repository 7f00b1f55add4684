extension JSONPointer {
    /// Reads a pointer to a part of a document; nil where the text is none (RFC 6901), and for the whole document.
    public init?(parsing text: String) {
        // Scalars, because a combining mark after a slash would hide it from a search by Character.
        let parts = text.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 1, parts[0].isEmpty else { return nil }
        var pointer = JSONPointer.root
        for part in parts.dropFirst() {
            guard let token = Self.token(part) else { return nil }
            pointer = pointer.appending(token)
        }
        self = pointer
    }

    /// The names that lead from the whole document to the value, without escapes.
    public var tokens: [String] {
        description.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { part in
            guard let token = Self.token(part) else { fatalError("'\(self)' is no JSON Pointer") }
            return token
        }
    }

    /// True where the other pointer leads to the same value or to a part of it.
    package func contains(_ other: JSONPointer) -> Bool {
        let (own, others) = (tokens, other.tokens)
        return own.count <= others.count && zip(own, others).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }

    /// Nil where a tilde is not part of `~0` or `~1`.
    private static func token(_ escaped: Substring.UnicodeScalarView) -> String? {
        var token = ""
        var scalars = escaped.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "~" else {
                token.unicodeScalars.append(scalar)
                continue
            }
            switch scalars.next() {
            case "0": token += "~"
            case "1": token += "/"
            default: return nil
            }
        }
        return token
    }
}
