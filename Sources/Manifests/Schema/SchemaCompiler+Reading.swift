/// Typed reads of keywords: nil where the keyword is absent, an error where its value is of the wrong kind.
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
