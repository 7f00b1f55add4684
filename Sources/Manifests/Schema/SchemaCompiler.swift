/// Turns the text of a JSON Schema into ``SchemaNode``s, and refuses what it does not know.
struct SchemaCompiler {
    static let types = ["null", "boolean", "integer", "number", "string", "array", "object"]

    let schema: JSONValue
    let pointer: JSONPointer
    /// Everything that `$ref` may reach.
    let references: Set<String>

    /// - Returns: the schemas by the references that reach them: "#" and "#/$defs/NAME".
    static func compile(_ schema: JSONValue) throws(SchemaError) -> [String: SchemaNode] {
        let parent = JSONPointer.root.appending("$defs")
        let definitions = (schema["$defs"]?.members ?? []).map {
            (pointer: parent.appending($0.name), schema: $0.value)
        }
        let references = Set(definitions.map { "#" + $0.pointer.description } + ["#"])
        var nodes: [String: SchemaNode] = [:]
        for (pointer, schema) in definitions + [(.root, schema)] {
            let compiler = SchemaCompiler(schema: schema, pointer: pointer, references: references)
            nodes["#" + pointer.description] = try compiler.compile()
        }
        for reference in references.sorted() {
            try checkReferences(of: nodes[reference] ?? .constant(true), from: [reference], in: nodes)
        }
        return nodes
    }

    func compile() throws(SchemaError) -> SchemaNode {
        if let constant = schema.bool { return .constant(constant) }
        return .keywords(try keywords())
    }

    /// Follows the references that apply to one and the same value.
    private static func checkReferences(
        of node: SchemaNode, from path: [String], in definitions: [String: SchemaNode]
    ) throws(SchemaError) {
        for assertion in node.assertions {
            if case .reference(let reference) = assertion, let target = definitions[reference] {
                guard !path.contains(reference) else { throw .endlessReference(reference) }
                try checkReferences(of: target, from: path + [reference], in: definitions)
            }
            for schema in assertion.schemasInPlace { try checkReferences(of: schema, from: path, in: definitions) }
        }
    }

    private func keywords() throws(SchemaError) -> SchemaNode.Keywords {
        guard let members = schema.members else {
            throw .invalidSchema(found: schema.typeName, pointer: pointer.description)
        }
        for member in members where !SchemaKeyword.names.contains(member.name) {
            throw .unknownKeyword(member.name, pointer: pointer.description)
        }
        if let definitions = schema["$defs"], pointer != .root || definitions.members == nil {
            throw invalid("$defs", "an object of schemas, at the root alone")
        }
        var keywords = SchemaNode.Keywords()
        keywords.title = try read("title", "a string") { $0.string }
        keywords.description = try read("description", "a string") { $0.string }
        keywords.defaultValue = schema["default"]
        keywords.assertions = try valueAssertions() + objectAssertions() + arrayAssertions() + applicators()
        return keywords
    }

    private func valueAssertions() throws(SchemaError) -> [SchemaKeyword] {
        let expected = "a type or a list of types out of \(Self.types.joined(separator: ", "))"
        let types = try read("type", expected) { value in
            let names = value.string.map { [$0] } ?? value.elements?.compactMap(\.string) ?? []
            return names.isEmpty || !names.allSatisfy(Self.types.contains) ? nil : names
        }
        let values = try read("enum", "a list of values") { $0.elements?.isEmpty == false ? $0.elements : nil }
        let pattern = try read("pattern", "a regular expression") { PatternSearch.isValid($0.string) ? $0.string : nil }
        return [
            types.map(SchemaKeyword.type), values.map(SchemaKeyword.enumeration),
            schema["const"].map(SchemaKeyword.constant),
            .bounds(try bounds()),
            try count("minLength").map(SchemaKeyword.minLength), try count("maxLength").map(SchemaKeyword.maxLength),
            pattern.map(SchemaKeyword.pattern),
        ].compactMap { $0 }
    }

    private func bounds() throws(SchemaError) -> SchemaKeyword.Bounds {
        let divisor = try number("multipleOf")
        if let divisor, divisor.double <= 0 { throw invalid("multipleOf", "a number above 0") }
        return SchemaKeyword.Bounds(
            minimum: try number("minimum"), maximum: try number("maximum"),
            exclusiveMinimum: try number("exclusiveMinimum"), exclusiveMaximum: try number("exclusiveMaximum"),
            multipleOf: divisor)
    }

    private func objectAssertions() throws(SchemaError) -> [SchemaKeyword] {
        let required = try read("required", "a list of names") { value -> [String]? in
            guard let elements = value.elements, elements.allSatisfy({ $0.string != nil }) else { return nil }
            return elements.compactMap(\.string)
        }
        var members = SchemaKeyword.Members()
        let properties = try properties("properties")
        let patterns = try self.properties("patternProperties")
        let additional = try node("additionalProperties")
        members.properties = properties ?? []
        members.patterns = patterns ?? []
        members.additional = additional ?? .constant(true)
        for pattern in members.patterns where !PatternSearch.isValid(pattern.name) {
            throw invalid("patternProperties", "regular expressions as keys")
        }
        let hasMembers = properties != nil || patterns != nil || additional != nil
        return [
            required.map(SchemaKeyword.required),
            try node("propertyNames").map(SchemaKeyword.propertyNames),
            hasMembers ? .members(members) : nil,
        ].compactMap { $0 }
    }

    private func arrayAssertions() throws(SchemaError) -> [SchemaKeyword] {
        let isUnique = try read("uniqueItems", "true or false") { $0.bool } ?? false
        let prefix = try nodes("prefixItems")
        let rest = try node("items")
        return [
            try count("minItems").map(SchemaKeyword.minItems), try count("maxItems").map(SchemaKeyword.maxItems),
            isUnique ? .uniqueItems : nil,
            prefix == nil && rest == nil ? nil : .items(prefix: prefix ?? [], rest: rest ?? .constant(true)),
        ].compactMap { $0 }
    }

    private func applicators() throws(SchemaError) -> [SchemaKeyword] {
        let reference = try read("$ref", "a string") { $0.string }
        if let reference, !references.contains(reference) {
            throw .unresolvedReference(reference, pointer: pointer.description)
        }
        let (condition, then, otherwise) = (try node("if"), try node("then"), try node("else"))
        if condition == nil, then != nil || otherwise != nil {
            throw invalid("if", "a condition beside 'then' and 'else'")
        }
        return [
            reference.map(SchemaKeyword.reference), try nodes("allOf").map(SchemaKeyword.allOf),
            try nodes("anyOf").map(SchemaKeyword.anyOf), try nodes("oneOf").map(SchemaKeyword.oneOf),
            try node("not").map(SchemaKeyword.not),
            condition.map { .condition(if: $0, then: then ?? .constant(true), else: otherwise ?? .constant(true)) },
        ].compactMap { $0 }
    }
}
