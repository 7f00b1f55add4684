/// Why a JSON Schema cannot be used. Loading fails rather than leave a part of a schema without effect.
public enum SchemaError: Error, Equatable, Sendable {
    /// A keyword that ``SchemaValidator`` does not implement.
    case unknownKeyword(String, pointer: String)
    /// A keyword with a value of the wrong kind.
    case invalidKeyword(String, pointer: String, expected: String)
    /// Something other than an object or a boolean in the place of a schema.
    case invalidSchema(found: String, pointer: String)
    /// A `$ref` that points to nothing, or outside `#/$defs`.
    case unresolvedReference(String, pointer: String)
    /// A schema that refers to itself for the same value, which would never end.
    case endlessReference(String)
}

extension SchemaError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownKeyword(let keyword, let pointer):
            "the schema at '#\(pointer)' uses the keyword '\(keyword)', which is not supported; "
                + "expected a keyword of \(SchemaKeyword.names.joined(separator: ", ")); remove it or correct its spelling"
        case .invalidKeyword(let keyword, let pointer, let expected):
            "the schema at '#\(pointer)' has an unusable value for '\(keyword)'; expected \(expected); correct the value"
        case .invalidSchema(let found, let pointer):
            "the schema at '#\(pointer)' is of the type \(found); expected an object or a boolean; correct the value"
        case .unresolvedReference(let reference, let pointer):
            "the schema at '#\(pointer)' refers to '\(reference)'; expected '#' or '#/$defs/NAME' with a NAME that "
                + "exists; add the definition or correct the reference"
        case .endlessReference(let reference):
            "the schema '\(reference)' refers to itself without descending into the value; break the circle"
        }
    }
}
