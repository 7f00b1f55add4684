// Manifests consist of JSON values, so importing this module imports them too.
@_exported import StrictJSON

/// The JSON Schema of a manifest, from the folder `schemas` and embedded in the binary.
public struct ManifestSchema: Sendable {
    /// The text of the file.
    public let bytes: [UInt8]
    let document: JSONValue
    let validator: SchemaValidator

    public static let job = ManifestSchema(PackageResources.job_schema_json, file: "job.schema.json")
    public static let sweep = ManifestSchema(PackageResources.sweep_schema_json, file: "sweep.schema.json")

    private init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        document = JSONValue.embedded(bytes, file: file)
        do {
            validator = try SchemaValidator(schema: document)
        } catch {
            fatalError("the embedded schema \(file) is invalid: \(error)")
        }
    }
}

extension JSONValue {
    /// A JSON document embedded in the binary.
    static func embedded(_ bytes: [UInt8], file: String) -> JSONValue {
        do {
            return try JSONParser.parse(bytes, file: file)
        } catch {
            fatalError("the embedded file \(file) is invalid: \(error)")
        }
    }
}

/// Typed access to members of a resolved manifest. Validation guarantees every member, so a missing one is a bug.
extension JSONValue {
    func member(_ name: String) -> JSONValue {
        guard let value = self[name] else { fatalError("the resolved manifest lacks the member '\(name)'") }
        return value
    }

    func decimal(_ name: String) -> Double { read(name, \.double) }
    func whole(_ name: String) -> Int { read(name, \.integer) }
    func flag(_ name: String) -> Bool { read(name, \.bool) }
    func text(_ name: String) -> String { read(name, \.string) }

    func choice<Choice: RawRepresentable>(_ name: String) -> Choice where Choice.RawValue == String {
        read(name) { $0.string.flatMap(Choice.init(rawValue:)) }
    }

    /// A range from an object with `min` and `max`.
    func range(_ name: String) -> ClosedRange<Double> {
        member(name).decimal("min")...member(name).decimal("max")
    }

    private func read<Value>(_ name: String, _ convert: (JSONValue) -> Value?) -> Value {
        let value = member(name)
        guard let converted = convert(value) else {
            fatalError("'\(name)' of the resolved manifest must be a \(Value.self), not \(value.summary)")
        }
        return converted
    }
}
