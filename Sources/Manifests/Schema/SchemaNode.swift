/// One schema, compiled: what it asserts about a value, and what it tells people.
indirect enum SchemaNode: Sendable {
    /// The schemas `true` and `false`, which accept everything and nothing.
    case constant(Bool)
    case keywords(Keywords)

    /// A schema object.
    struct Keywords: Sendable {
        var title: String?
        var description: String?
        var defaultValue: JSONValue?
        /// In the order of ``SchemaKeyword``'s evaluation, not of the text.
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

    /// The schemas of the members that this schema names, in the order of the text.
    var properties: [SchemaProperty] {
        for case .members(let members) in assertions { return members.properties }
        return []
    }
}
