/// One pass over a document that collects violations and caches compiled patterns.
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
            // With a value of the wrong type, other keywords would only repeat the fault.
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
        // If the value has the type of just one alternative, its violations are the most specific.
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

extension SchemaEvaluation {
    /// A value with its pointer and its position in the file.
    struct Place {
        var value: JSONValue
        var pointer: JSONPointer
        var position: SourcePosition?

        init(_ value: JSONValue, at pointer: JSONPointer, position: SourcePosition? = nil) {
            self.value = value
            self.pointer = pointer
            self.position = position ?? value.position
        }

        func violation(_ keyword: String, found: String? = nil, expected: String, remedy: String) -> SchemaViolation {
            SchemaViolation(
                keyword: keyword, pointer: pointer, position: position, found: found ?? value.summary,
                expected: expected, remedy: remedy)
        }
    }
}

/// Regular expressions of JSON Schema, which may match anywhere in the string and work on Unicode scalars.
///
/// As in ECMA-262, `$` matches only at the end of the string, so "name\n" does not match `^name$`.
struct PatternSearch {
    private var compiled: [String: Regex<AnyRegexOutput>] = [:]

    static func isValid(_ pattern: String?) -> Bool {
        guard let pattern else { return false }
        return (try? Regex(pattern)) != nil
    }

    /// - Precondition: `isValid(pattern)`.
    mutating func matches(_ pattern: String, in text: String) -> Bool {
        let regex: Regex<AnyRegexOutput>
        if let known = compiled[pattern] {
            regex = known
        } else if let new = try? Regex(pattern).matchingSemantics(.unicodeScalar) {
            regex = new
            compiled[pattern] = new
        } else {
            fatalError("the pattern '\(pattern)' was not validated before use")
        }
        return text.firstMatch(of: regex) != nil
    }
}
