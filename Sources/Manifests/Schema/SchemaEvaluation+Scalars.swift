extension SchemaEvaluation {
    func typeViolations(at place: Place, allowing names: [String]) -> [SchemaViolation] {
        let type = place.value.typeName
        if names.contains(type) || (type == "integer" && names.contains("number")) { return [] }
        let expected = SchemaWording.list(names.map(SchemaWording.phrase))
        let remedy =
            switch (place.value.content, names) {
            case (.string(let text), ["integer"]), (.string(let text), ["number"]):
                Double(text) == nil ? "write \(expected)" : "remove the quotes"
            case (.string("true"), ["boolean"]), (.string("false"), ["boolean"]): "remove the quotes"
            case (.number, ["integer"]): "round it"
            case (.number, ["string"]), (.bool, ["string"]): "put it between double quotes"
            case (_, ["array"]): "put it between [ and ]"
            default: "write \(expected)"
            }
        return [place.violation("type", expected: expected, remedy: remedy)]
    }

    func constantViolations(at place: Place, allowing value: JSONValue) -> [SchemaViolation] {
        if place.value == value { return [] }
        let expected = JSONSerializer.canonical(value)
        return [place.violation("const", expected: expected, remedy: "write exactly this value")]
    }

    func enumerationViolations(at place: Place, allowing values: [JSONValue]) -> [SchemaViolation] {
        if values.contains(place.value) { return [] }
        let meant = place.value.string.flatMap { Spelling.nearest(to: $0, among: values.compactMap(\.string)) }
        let remedy = meant.map { "did you mean \(JSONSerializer.canonical(.string($0)))?" } ?? "write one of these"
        let expected = SchemaWording.list(values.map(JSONSerializer.canonical))
        return [place.violation("enum", expected: expected, remedy: remedy)]
    }

    /// At most one violation: what is expected names all bounds at once.
    func numberViolations(at place: Place, within bounds: SchemaKeyword.Bounds, of schema: SchemaNode)
        -> [SchemaViolation]
    {
        guard let number = place.value.number else { return [] }
        let fault: (keyword: String, remedy: String)
        if let bound = bounds.minimum, JSONNumber.isLess(number, bound) {
            fault = ("minimum", "write at least \(bound.text)")
        } else if let bound = bounds.exclusiveMinimum, !JSONNumber.isLess(bound, number) {
            fault = ("exclusiveMinimum", "write more than \(bound.text)")
        } else if let bound = bounds.maximum, JSONNumber.isLess(bound, number) {
            fault = ("maximum", "write at most \(bound.text)")
        } else if let bound = bounds.exclusiveMaximum, !JSONNumber.isLess(number, bound) {
            fault = ("exclusiveMaximum", "write less than \(bound.text)")
        } else if let divisor = bounds.multipleOf, !number.isMultiple(of: divisor) {
            fault = ("multipleOf", "write a multiple of \(divisor.text)")
        } else {
            return []
        }
        return [place.violation(fault.keyword, expected: wording.expectation(of: schema), remedy: fault.remedy)]
    }

    mutating func stringViolations(
        at place: Place, against assertion: SchemaKeyword, of schema: SchemaNode
    ) -> [SchemaViolation] {
        guard let string = place.value.string else { return [] }
        let (keyword, isValid, expected, remedy) =
            switch assertion {
            case .minLength(let count):
                ("minLength", string.unicodeScalars.count >= count, "at least \(count) characters", "lengthen it")
            case .maxLength(let count):
                ("maxLength", string.unicodeScalars.count <= count, "at most \(count) characters", "shorten it")
            case .pattern(let pattern):
                (
                    "pattern", patterns.matches(pattern, in: string), "text that matches \(pattern)",
                    "rewrite it in this form"
                )
            default: fatalError("\(assertion) is no assertion about strings")
            }
        return isValid ? [] : [place.violation(keyword, expected: expected, remedy: remedy)]
    }
}
