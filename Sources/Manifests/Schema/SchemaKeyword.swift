/// An assertion or applicator of JSON Schema, draft 2020-12. Keywords that depend on each other are one case.
indirect enum SchemaKeyword: Sendable {
    /// `type`: one of these.
    case type([String])
    case enumeration([JSONValue])
    case constant(JSONValue)
    case bounds(Bounds)
    /// In Unicode scalars.
    case minLength(Int)
    case maxLength(Int)
    /// A regular expression, searched for anywhere in the string.
    case pattern(String)
    case required([String])
    case propertyNames(SchemaNode)
    case members(Members)
    case minItems(Int)
    case maxItems(Int)
    case uniqueItems
    case items(prefix: [SchemaNode], rest: SchemaNode)
    case reference(String)
    case allOf([SchemaNode])
    case anyOf([SchemaNode])
    case oneOf([SchemaNode])
    case not(SchemaNode)
    case condition(if: SchemaNode, then: SchemaNode, else: SchemaNode)

    /// What a number must fulfil.
    struct Bounds: Sendable {
        var minimum: JSONNumber?
        var maximum: JSONNumber?
        var exclusiveMinimum: JSONNumber?
        var exclusiveMaximum: JSONNumber?
        var multipleOf: JSONNumber?
    }

    /// `properties`, `patternProperties` and `additionalProperties`.
    struct Members: Sendable {
        var properties: [SchemaProperty] = []
        /// Property names here are regular expressions.
        var patterns: [SchemaProperty] = []
        /// For members that neither of the others covers.
        var additional: SchemaNode = .constant(true)
    }

    /// Every keyword that a schema may use, sorted.
    static let names = (annotations + assertions).sorted()

    /// Keywords for people; they assert nothing.
    static let annotations = ["$comment", "$defs", "$id", "$schema", "default", "description", "examples", "title"]

    private static let assertions = [
        "$ref", "additionalProperties", "allOf", "anyOf", "const", "else", "enum", "exclusiveMaximum",
        "exclusiveMinimum", "if", "items", "maxItems", "maxLength", "maximum", "minItems", "minLength", "minimum",
        "multipleOf", "not", "oneOf", "pattern", "patternProperties", "prefixItems", "properties", "propertyNames",
        "required", "then", "type", "uniqueItems",
    ]

    /// The schemas that apply to the same value as this keyword, for which a circle of references would never end.
    var schemasInPlace: [SchemaNode] {
        switch self {
        case .allOf(let schemas), .anyOf(let schemas), .oneOf(let schemas): schemas
        case .not(let schema): [schema]
        case .condition(let condition, let then, let otherwise): [condition, then, otherwise]
        default: []
        }
    }
}
