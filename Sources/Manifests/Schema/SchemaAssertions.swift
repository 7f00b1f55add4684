/// Assertions about scalar values.
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

    /// Returns at most one violation, which states all bounds.
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
            default: fatalError("\(assertion) does not apply to strings")
            }
        return isValid ? [] : [place.violation(keyword, expected: expected, remedy: remedy)]
    }
}

/// Assertions about objects and arrays.
extension SchemaEvaluation {
    func requiredViolations(at place: Place, names: [String], of schema: SchemaNode) -> [SchemaViolation] {
        guard place.value.members != nil else { return [] }
        return names.filter { place.value[$0] == nil }.map { name in
            let key = JSONSerializer.canonical(.string(name))
            let description = schema.properties.first { $0.name == name }?.schema.description
            return place.violation(
                "required", found: "no key \(key)", expected: "the key \(key)",
                remedy: description.map { "add it: \($0)" } ?? "add it")
        }
    }

    mutating func nameViolations(at place: Place, against names: SchemaNode) -> [SchemaViolation] {
        (place.value.members ?? []).flatMap { member in
            let name = Place(
                .string(member.name), at: place.pointer.appending(member.name), position: member.namePosition)
            return violations(at: name, against: names)
        }
    }

    mutating func memberViolations(at place: Place, against schemas: SchemaKeyword.Members) -> [SchemaViolation] {
        var found: [SchemaViolation] = []
        // Computed once for all members, so that a document of unknown keys takes linear time.
        lazy var absent = schemas.properties.map(\.name).filter { place.value[$0] == nil }
        for member in place.value.members ?? [] {
            let memberPlace = Place(member.value, at: place.pointer.appending(member.name))
            var applying = schemas.properties.filter { member.isNamed($0.name) }.map(\.schema)
            for pattern in schemas.patterns where patterns.matches(pattern.name, in: member.name) {
                applying.append(pattern.schema)
            }
            if !applying.isEmpty {
                found += applying.flatMap { violations(at: memberPlace, against: $0) }
            } else if case .constant(false) = schemas.additional {
                found.append(unknownMember(member, at: place, known: schemas.properties.map(\.name), absent: absent))
            } else {
                found += violations(at: memberPlace, against: schemas.additional)
            }
        }
        return found
    }

    private func unknownMember(
        _ member: JSONMember, at place: Place, known: [String], absent: [String]
    ) -> SchemaViolation {
        let meant = Spelling.nearest(to: member.name, among: absent)
        let place = Place(member.value, at: place.pointer.appending(member.name), position: member.namePosition)
        return place.violation(
            "additionalProperties",
            found: "the unknown key \(JSONSerializer.canonical(.string(member.name.abbreviated)))",
            expected: known.isEmpty ? "no more keys" : "one of the keys \(known.joined(separator: ", "))",
            remedy: meant.map { "did you mean \(JSONSerializer.canonical(.string($0)))?" } ?? "remove it")
    }

    func arrayViolations(at place: Place, against assertion: SchemaKeyword) -> [SchemaViolation] {
        guard let elements = place.value.elements else { return [] }
        switch assertion {
        case .minItems(let count) where elements.count < count:
            return [place.violation("minItems", expected: "at least \(count) of them", remedy: "add elements")]
        case .maxItems(let count) where elements.count > count:
            return [place.violation("maxItems", expected: "at most \(count) of them", remedy: "remove elements")]
        case .uniqueItems: return duplicateViolations(at: place, elements: elements)
        default: return []
        }
    }

    private func duplicateViolations(at place: Place, elements: [JSONValue]) -> [SchemaViolation] {
        // Bytes take linear time, and unlike String they distinguish canonically equivalent texts.
        var first: [[UInt8]: Int] = [:]
        var found: [SchemaViolation] = []
        for (index, element) in elements.enumerated() {
            let bytes = Array(JSONSerializer.canonical(element).utf8)
            guard let earlier = first[bytes] else {
                first[bytes] = index
                continue
            }
            found.append(
                Place(element, at: place.pointer.appending(index)).violation(
                    "uniqueItems", found: "\(element.summary) again, first at index \(earlier)",
                    expected: "distinct elements", remedy: "remove it"))
        }
        return found
    }

    mutating func itemViolations(at place: Place, prefix: [SchemaNode], rest: SchemaNode) -> [SchemaViolation] {
        var found: [SchemaViolation] = []
        for (index, element) in (place.value.elements ?? []).enumerated() {
            let schema = index < prefix.count ? prefix[index] : rest
            found += violations(at: Place(element, at: place.pointer.appending(index)), against: schema)
        }
        return found
    }
}
