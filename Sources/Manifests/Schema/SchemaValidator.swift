/// Checks JSON documents against a JSON Schema, draft 2020-12.
///
/// Implemented are the keywords in ``SchemaError``'s message; loading a schema with any other fails. `$ref` reaches `#`
/// and `#/$defs/NAME`. Verdicts equal those of the standard: booleans are no numbers, 1.0 is an integer, lengths count
/// Unicode scalars. Whole numbers beyond `Int` compare in double precision.
public struct SchemaValidator: Sendable {
    let definitions: [String: SchemaNode]

    /// - Throws: ``SchemaError`` where the schema holds something that would stay without effect.
    public init(schema: JSONValue) throws(SchemaError) {
        definitions = try SchemaCompiler.compile(schema)
    }

    /// Every violation, by its place in the document.
    public func violations(of document: JSONValue) -> [SchemaViolation] {
        var evaluation = SchemaEvaluation(definitions: definitions)
        return evaluation.violations(of: document, at: .root, against: root).sorted(byPlace: \.position)
    }

    /// The document with every absent member that has a `default` set to it, members in the order of the schema.
    ///
    /// Defaults are looked for in `properties`, `$ref`, `allOf` and the branch of `if` that applies, and within defaults.
    public func applyingDefaults(to document: JSONValue) -> JSONValue {
        SchemaDefaults(definitions: definitions).apply(root, to: document)
    }

    var root: SchemaNode { definitions["#"] ?? .constant(true) }
}
