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
        // Once for all members: a document of unknown keys alone stays linear.
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
            expected: known.isEmpty ? "no further key" : "one of the keys \(known.joined(separator: ", "))",
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
        // Canonical bytes keep this linear; String would take canonically equivalent texts for one.
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
                    expected: "every element once", remedy: "remove it"))
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
