/// One pass over a document: collects violations, and keeps the compiled patterns.
struct SchemaEvaluation {
    let definitions: [String: SchemaNode]
    var patterns = PatternSearch()

    init(definitions: [String: SchemaNode]) { self.definitions = definitions }

    var wording: SchemaWording { SchemaWording(definitions: definitions) }

    mutating func violations(
        of value: JSONValue, at pointer: JSONPointer, against schema: SchemaNode
    ) -> [SchemaViolation] {
        violations(at: Place(value, at: pointer), against: schema)
    }

    mutating func isValid(_ value: JSONValue, against schema: SchemaNode) -> Bool {
        violations(at: Place(value, at: .root), against: schema).isEmpty
    }

    mutating func violations(at place: Place, against schema: SchemaNode) -> [SchemaViolation] {
        if case .constant(let isAccepting) = schema {
            return isAccepting ? [] : [place.violation("false", expected: "no value here", remedy: "remove it")]
        }
        var violations: [SchemaViolation] = []
        for assertion in schema.assertions {
            violations += self.violations(at: place, against: assertion, of: schema)
            // The other keywords would only say once more that the kind of value is wrong.
            if case .type = assertion, !violations.isEmpty { return violations }
        }
        return violations
    }

    private mutating func violations(
        at place: Place, against assertion: SchemaKeyword, of schema: SchemaNode
    ) -> [SchemaViolation] {
        switch assertion {
        case .type(let names): typeViolations(at: place, allowing: names)
        case .enumeration(let values): enumerationViolations(at: place, allowing: values)
        case .constant(let value): constantViolations(at: place, allowing: value)
        case .bounds(let bounds): numberViolations(at: place, within: bounds, of: schema)
        case .minLength, .maxLength, .pattern: stringViolations(at: place, against: assertion, of: schema)
        case .required(let names): requiredViolations(at: place, names: names, of: schema)
        case .propertyNames(let names): nameViolations(at: place, against: names)
        case .members(let members): memberViolations(at: place, against: members)
        case .minItems, .maxItems, .uniqueItems: arrayViolations(at: place, against: assertion)
        case .items(let prefix, let rest): itemViolations(at: place, prefix: prefix, rest: rest)
        case .reference(let reference): violations(at: place, against: definitions[reference] ?? .constant(true))
        case .allOf(let schemas): schemas.flatMap { violations(at: place, against: $0) }
        case .anyOf(let schemas): choiceViolations("anyOf", at: place, among: schemas)
        case .oneOf(let schemas): choiceViolations("oneOf", at: place, among: schemas)
        case .not(let excluded): notViolations(at: place, excluding: excluded, of: schema)
        case .condition(let condition, let then, let otherwise):
            violations(at: place, against: isValid(place.value, against: condition) ? then : otherwise)
        }
    }

    private mutating func choiceViolations(
        _ keyword: String, at place: Place, among schemas: [SchemaNode]
    ) -> [SchemaViolation] {
        let results = schemas.map { violations(at: place, against: $0) }
        let accepting = results.count(where: \.isEmpty)
        if accepting == 1 || (accepting > 1 && keyword == "anyOf") { return [] }
        if accepting > 1 {
            let found = "\(place.value.summary), which fits \(accepting) of the alternatives"
            return [place.violation(keyword, found: found, expected: "exactly one", remedy: "make it fit only one")]
        }
        // Where the value has the kind of just one alternative, that one's violations say what to change.
        let meant = results.filter { violations in
            !violations.contains {
                $0.pointer == place.pointer && ["type", "const", "enum", "false"].contains($0.keyword)
            }
        }
        if meant.count == 1 { return meant[0] }
        let alternatives = SchemaWording.list(schemas.map { wording.type(of: $0) })
        return [place.violation(keyword, expected: alternatives, remedy: "write one of these")]
    }

    private mutating func notViolations(
        at place: Place, excluding excluded: SchemaNode, of schema: SchemaNode
    ) -> [SchemaViolation] {
        guard isValid(place.value, against: excluded) else { return [] }
        if let reason = excluded.description {
            return [place.violation("not", expected: reason, remedy: "change or remove it")]
        }
        return [place.violation("not", expected: wording.expectation(of: schema), remedy: "change or remove it")]
    }
}
