/// A schema that is part of the binary, read once.
struct EmbeddedSchema: Sendable {
    let document: JSONValue
    let validator: SchemaValidator

    init(_ bytes: [UInt8], file: String) {
        document = JSONValue.embedded(bytes, file: file)
        do {
            validator = try SchemaValidator(schema: document)
        } catch {
            fatalError("the embedded schema \(file) is unusable: \(error)")
        }
    }
}

extension JSONValue {
    /// A document that is part of the binary.
    static func embedded(_ bytes: [UInt8], file: String) -> JSONValue {
        do {
            return try JSONParser.parse(bytes, file: file)
        } catch {
            fatalError("the embedded \(file) is unusable: \(error)")
        }
    }
}
