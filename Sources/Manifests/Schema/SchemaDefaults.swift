/// Fills in the defaults that a schema gives for absent members.
struct SchemaDefaults {
    let definitions: [String: SchemaNode]

    func apply(_ schema: SchemaNode, to value: JSONValue) -> JSONValue {
        guard value.members != nil else { return value }
        var filled = value
        for assertion in schema.assertions { filled = apply(assertion, to: filled) }
        return filled.ordered(like: schema.properties)
    }

    private func apply(_ assertion: SchemaKeyword, to value: JSONValue) -> JSONValue {
        switch assertion {
        case .members(let members): members.properties.reduce(value) { apply($1, to: $0) }
        case .reference(let reference): apply(definitions[reference] ?? .constant(true), to: value)
        case .allOf(let schemas): schemas.reduce(value) { apply($1, to: $0) }
        case .condition(let condition, let then, let otherwise):
            apply(isValid(value, against: condition) ? then : otherwise, to: value)
        default: value
        }
    }

    private func apply(_ property: SchemaProperty, to object: JSONValue) -> JSONValue {
        guard let value = object[property.name] ?? property.schema.defaultValue?.withoutPositions else { return object }
        return object.setting(property.name, to: apply(property.schema, to: value))
    }

    private func isValid(_ value: JSONValue, against schema: SchemaNode) -> Bool {
        var evaluation = SchemaEvaluation(definitions: definitions)
        return evaluation.isValid(value, against: schema)
    }
}

extension JSONValue {
    /// The object with the members that the schema names first and in its order, then the others in theirs.
    fileprivate func ordered(like properties: [SchemaProperty]) -> JSONValue {
        guard !properties.isEmpty, let members else { return self }
        let named = properties.flatMap { property in members.filter { $0.isNamed(property.name) } }
        let others = members.filter { member in !properties.contains { member.isNamed($0.name) } }
        return JSONValue(.object(named + others), at: position)
    }

    /// The value without places: those of a schema would mislead in messages about a document.
    fileprivate var withoutPositions: JSONValue {
        switch content {
        case .array(let elements): .array(elements.map(\.withoutPositions))
        case .object(let members): .object(members.map { JSONMember($0.name, $0.value.withoutPositions) })
        default: JSONValue(content)
        }
    }
}
