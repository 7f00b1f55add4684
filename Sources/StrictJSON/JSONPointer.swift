/// The address of a value within a JSON document (RFC 6901), for example `/dataset/categories/0`; the root is "".
public struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// The pointer to the whole document.
    public static let root = JSONPointer(description: "")

    private init(description: String) { self.description = description }

    /// The pointer to a member of the object that this one points to.
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

    /// The pointer to an element of the array that this one points to.
    public func appending(_ index: Int) -> JSONPointer { JSONPointer(description: description + "/\(index)") }

    /// The pointer to the same value where this pointer's document stands within another one.
    package func within(_ parent: JSONPointer) -> JSONPointer {
        JSONPointer(description: parent.description + description)
    }
}
