/// A compiled schema: its assertions about a value and its annotations.
indirect enum SchemaNode: Sendable {
    /// `true` accepts every value, `false` none.
    case constant(Bool)
    case keywords(Keywords)

    /// A schema object.
    struct Keywords: Sendable {
        var title: String?
        var description: String?
        var defaultValue: JSONValue?
        /// In the order of evaluation, not of the text.
        var assertions: [SchemaKeyword] = []
    }

    var description: String? {
        if case .keywords(let keywords) = self { keywords.description } else { nil }
    }

    var defaultValue: JSONValue? {
        if case .keywords(let keywords) = self { keywords.defaultValue } else { nil }
    }

    var assertions: [SchemaKeyword] {
        if case .keywords(let keywords) = self { keywords.assertions } else { [] }
    }

    /// The members that this schema names, in the order of the text.
    var properties: [SchemaProperty] {
        for case .members(let members) in assertions { return members.properties }
        return []
    }
}

/// A named member and its schema.
struct SchemaProperty: Sendable {
    let name: String
    let schema: SchemaNode
}

/// An assertion or applicator of JSON Schema, draft 2020-12. Interdependent keywords form one case.
indirect enum SchemaKeyword: Sendable {
    /// The allowed types.
    case type([String])
    case enumeration([JSONValue])
    case constant(JSONValue)
    case bounds(Bounds)
    /// Counted in Unicode scalars, like the maximum.
    case minLength(Int)
    case maxLength(Int)
    /// A regular expression that may match anywhere in the string.
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

    /// The limits of a number.
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
        /// Their names are regular expressions.
        var patterns: [SchemaProperty] = []
        /// For all other members.
        var additional: SchemaNode = .constant(true)
    }

    /// The supported keywords, sorted.
    static let names = (annotations + assertions).sorted()

    private static let annotations = [
        "$comment", "$defs", "$id", "$schema", "default", "description", "examples", "title",
    ]

    private static let assertions = [
        "$ref", "additionalProperties", "allOf", "anyOf", "const", "else", "enum", "exclusiveMaximum",
        "exclusiveMinimum", "if", "items", "maxItems", "maxLength", "maximum", "minItems", "minLength", "minimum",
        "multipleOf", "not", "oneOf", "pattern", "patternProperties", "prefixItems", "properties", "propertyNames",
        "required", "then", "type", "uniqueItems",
    ]

    /// The subschemas that apply to the same value, where a cycle of references would not terminate.
    var schemasInPlace: [SchemaNode] {
        switch self {
        case .allOf(let schemas), .anyOf(let schemas), .oneOf(let schemas): schemas
        case .not(let schema): [schema]
        case .condition(let condition, let then, let otherwise): [condition, then, otherwise]
        default: []
        }
    }
}
