/// The address of a value within a JSON document (RFC 6901), for example `/dataset/categories/0`; the root is "".
public struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// The pointer to the whole document.
    public static let root = JSONPointer(description: "")

    private init(description: String) { self.description = description }

    /// A pointer to a member of the object.
    public func appending(_ name: String) -> JSONPointer {
        let escaped = name.utf8.contains { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }
        guard escaped else { return JSONPointer(description: description + "/" + name) }
        var token = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": token += "~0"
            case "/": token += "~1"
            default: token.unicodeScalars.append(scalar)
            }
        }
        return JSONPointer(description: description + "/" + token)
    }

    /// A pointer to an element of the array.
    public func appending(_ index: Int) -> JSONPointer { JSONPointer(description: description + "/\(index)") }

    /// The pointer to the same value after this pointer's document was embedded in another one.
    package func within(_ parent: JSONPointer) -> JSONPointer {
        JSONPointer(description: parent.description + description)
    }
}

extension JSONPointer {
    /// Parses a pointer to a part of a document; nil if malformed (RFC 6901), or for the whole document.
    public init?(parsing text: String) {
        // By scalars: a combining mark after a slash would hide the slash in a search by Character.
        let parts = text.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 1, parts[0].isEmpty else { return nil }
        var pointer = JSONPointer.root
        for part in parts.dropFirst() {
            guard let token = Self.token(part) else { return nil }
            pointer = pointer.appending(token)
        }
        self = pointer
    }

    /// The unescaped names on the path to the value.
    public var tokens: [String] {
        description.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { part in
            guard let token = Self.token(part) else { fatalError("'\(self)' is not a JSON Pointer") }
            return token
        }
    }

    /// True if the other pointer leads to the same value or a part of it.
    package func contains(_ other: JSONPointer) -> Bool {
        let (own, others) = (tokens, other.tokens)
        return own.count <= others.count && zip(own, others).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }

    /// Nil if a tilde is not part of `~0` or `~1`.
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
