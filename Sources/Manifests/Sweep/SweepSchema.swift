/// The schema of sweep manifests, schemas/sweep.schema.json, which is part of the binary.
public enum SweepSchema {
    /// The text of the schema file.
    public static var bytes: [UInt8] { PackageResources.sweep_schema_json }

    /// The schema as a JSON document.
    public static let document: JSONValue = {
        do {
            return try JSONParser.parse(bytes, file: "sweep.schema.json")
        } catch {
            fatalError("the embedded schema is unusable: \(error)")
        }
    }()

    /// Checks sweeps and fills in their defaults.
    public static let validator: SchemaValidator = {
        do {
            return try SchemaValidator(schema: document)
        } catch {
            fatalError("the embedded schema is unusable: \(error)")
        }
    }()
}
