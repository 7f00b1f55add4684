/// Compiles a JSON Schema into ``SchemaNode``s and rejects unsupported keywords.
struct SchemaCompiler {
    static let types = ["null", "boolean", "integer", "number", "string", "array", "object"]

    let schema: JSONValue
    let pointer: JSONPointer
    /// The valid targets of `$ref`.
    let references: Set<String>

    /// Returns the schemas by reference: "#" and "#/$defs/NAME".
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

    /// Rejects cycles of references that apply to the same value.
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
            throw invalid("$defs", "an object of schemas, at the root only")
        }
        var keywords = SchemaNode.Keywords()
        keywords.title = try read("title", "a string") { $0.string }
        keywords.description = try read("description", "a string") { $0.string }
        keywords.defaultValue = schema["default"]
        keywords.assertions = try valueAssertions() + objectAssertions() + arrayAssertions() + applicators()
        return keywords
    }

    private func valueAssertions() throws(SchemaError) -> [SchemaKeyword] {
        let expected = "a type or a list of types from \(Self.types.joined(separator: ", "))"
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
            throw invalid("if", "a condition for 'then' and 'else'")
        }
        return [
            reference.map(SchemaKeyword.reference), try nodes("allOf").map(SchemaKeyword.allOf),
            try nodes("anyOf").map(SchemaKeyword.anyOf), try nodes("oneOf").map(SchemaKeyword.oneOf),
            try node("not").map(SchemaKeyword.not),
            condition.map { .condition(if: $0, then: then ?? .constant(true), else: otherwise ?? .constant(true)) },
        ].compactMap { $0 }
    }
}

/// Typed access to keywords: `nil` if the keyword is absent, an error if its value has the wrong type.
extension SchemaCompiler {
    func read<Value>(_ keyword: String, _ expected: String, _ convert: (JSONValue) -> Value?) throws(SchemaError)
        -> Value?
    {
        guard let value = schema[keyword] else { return nil }
        guard let converted = convert(value) else { throw invalid(keyword, expected) }
        return converted
    }

    func number(_ keyword: String) throws(SchemaError) -> JSONNumber? {
        try read(keyword, "a number") { $0.number }
    }

    func count(_ keyword: String) throws(SchemaError) -> Int? {
        try read(keyword, "a whole number of at least 0") { value in value.integer.flatMap { $0 < 0 ? nil : $0 } }
    }

    func node(_ keyword: String) throws(SchemaError) -> SchemaNode? {
        guard let value = schema[keyword] else { return nil }
        return try compiler(value, at: pointer.appending(keyword)).compile()
    }

    func nodes(_ keyword: String) throws(SchemaError) -> [SchemaNode]? {
        let elements = try read(keyword, "a list of schemas") { $0.elements?.isEmpty == false ? $0.elements : nil }
        guard let elements else { return nil }
        var nodes: [SchemaNode] = []
        for (index, element) in elements.enumerated() {
            nodes.append(try compiler(element, at: pointer.appending(keyword).appending(index)).compile())
        }
        return nodes
    }

    func properties(_ keyword: String) throws(SchemaError) -> [SchemaProperty]? {
        guard let members = try read(keyword, "an object of schemas", { $0.members }) else { return nil }
        var properties: [SchemaProperty] = []
        for member in members {
            let compiler = compiler(member.value, at: pointer.appending(keyword).appending(member.name))
            properties.append(SchemaProperty(name: member.name, schema: try compiler.compile()))
        }
        return properties
    }

    func invalid(_ keyword: String, _ expected: String) -> SchemaError {
        .invalidKeyword(keyword, pointer: pointer.description, expected: expected)
    }

    private func compiler(_ schema: JSONValue, at pointer: JSONPointer) -> SchemaCompiler {
        SchemaCompiler(schema: schema, pointer: pointer, references: references)
    }
}

/// The reason why a JSON Schema is rejected. Loading fails rather than ignore a part of the schema.
enum SchemaError: Error, Equatable, Sendable {
    /// A keyword that ``SchemaValidator`` does not implement.
    case unknownKeyword(String, pointer: String)
    /// A keyword with a value of the wrong type.
    case invalidKeyword(String, pointer: String, expected: String)
    /// A schema that is neither an object nor a boolean.
    case invalidSchema(found: String, pointer: String)
    /// A `$ref` that points nowhere, or outside `#/$defs`.
    case unresolvedReference(String, pointer: String)
    /// A schema that refers to itself for the same value, so that validation would not terminate.
    case endlessReference(String)
}

extension SchemaError: CustomStringConvertible {
    var description: String {
        switch self {
        case .unknownKeyword(let keyword, let pointer):
            "the schema at '#\(pointer)' uses the keyword '\(keyword)', which is not supported; "
                + "expected one of \(SchemaKeyword.names.joined(separator: ", ")); remove it or correct the spelling"
        case .invalidKeyword(let keyword, let pointer, let expected):
            "the schema at '#\(pointer)' has an invalid value for '\(keyword)'; expected \(expected); correct the value"
        case .invalidSchema(let found, let pointer):
            "the schema at '#\(pointer)' has the type \(found); expected an object or a boolean; correct the value"
        case .unresolvedReference(let reference, let pointer):
            "the schema at '#\(pointer)' refers to '\(reference)'; expected '#' or '#/$defs/NAME' with a NAME that "
                + "exists; add the definition or correct the reference"
        case .endlessReference(let reference):
            "the schema '\(reference)' refers to itself without descending into the value; break the cycle"
        }
    }
}
