/// The schema of sweep manifests, schemas/sweep.schema.json, which is part of the binary.
public enum SweepSchema {
    /// The text of the schema file.
    public static var bytes: [UInt8] { PackageResources.sweep_schema_json }

    private static let embedded = EmbeddedSchema(bytes, file: "sweep.schema.json")

    /// The schema as a JSON document.
    public static var document: JSONValue { embedded.document }

    /// Checks sweeps and fills in their defaults.
    public static var validator: SchemaValidator { embedded.validator }
}
