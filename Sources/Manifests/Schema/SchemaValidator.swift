/// Checks JSON documents against a JSON Schema, draft 2020-12.
///
/// Schemas with keywords outside ``SchemaKeyword/names`` are rejected. `$ref` can target `#` and `#/$defs/NAME`. The
/// semantics are those of the standard: booleans are not numbers, 1.0 is an integer, lengths count Unicode scalars.
/// Integers beyond `Int` compare in double precision.
struct SchemaValidator: Sendable {
    let definitions: [String: SchemaNode]

    init(schema: JSONValue) throws(SchemaError) {
        definitions = try SchemaCompiler.compile(schema)
    }

    /// Returns every violation, ordered by position.
    func violations(of document: JSONValue) -> [SchemaViolation] {
        var evaluation = SchemaEvaluation(definitions: definitions)
        return evaluation.violations(of: document, at: .root, against: root).sorted(byPosition: \.position)
    }

    /// Returns the document with the `default` of every absent member, in the order of the schema.
    ///
    /// Defaults come from `properties`, `$ref`, `allOf` and the applicable branch of `if`, including nested ones.
    func applyingDefaults(to document: JSONValue) -> JSONValue {
        SchemaDefaults(definitions: definitions).apply(root, to: document)
    }

    var root: SchemaNode { definitions["#"] ?? .constant(true) }
}

/// A violation of a schema by a document.
struct SchemaViolation: Sendable, Hashable {
    /// The violated keyword of JSON Schema.
    var keyword: String
    /// The faulty value; for a missing member its object, for an unknown member the member.
    var pointer: JSONPointer
    /// The position of the value; `nil` for values outside the file.
    var position: SourcePosition?
    var found: String
    var expected: String
    var remedy: String
}

extension SchemaViolation: CustomStringConvertible {
    var description: String {
        let place = pointer == .root ? "the document" : pointer.description
        return "\(place): found \(found); expected \(expected); \(remedy)"
    }
}

extension Array {
    /// The elements ordered by position, stably. Elements without a position come first.
    func sorted(byPosition position: (Element) -> SourcePosition?) -> [Element] {
        let origin = SourcePosition(line: 0, column: 0)
        let keyed = enumerated().map {
            (position: position($0.element) ?? origin, index: $0.offset, element: $0.element)
        }
        return keyed.sorted { ($0.position, $0.index) < ($1.position, $1.index) }.map(\.element)
    }
}

/// Adds the defaults of a schema for absent members.
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
    /// The object with the members named by the schema first, in its order, then the others in theirs.
    fileprivate func ordered(like properties: [SchemaProperty]) -> JSONValue {
        guard !properties.isEmpty, let members else { return self }
        let named = properties.flatMap { property in members.filter { $0.isNamed(property.name) } }
        let others = members.filter { member in !properties.contains { member.isNamed($0.name) } }
        return JSONValue(.object(named + others), at: position)
    }
}
