/// The schema of job manifests, schemas/job.schema.json, which is part of the binary.
public enum JobSchema {
    /// The text of the schema file.
    public static var bytes: [UInt8] { PackageResources.job_schema_json }

    private static let embedded = EmbeddedSchema(bytes, file: "job.schema.json")

    /// The schema as a JSON document.
    public static var document: JSONValue { embedded.document }

    /// Checks manifests and fills in their defaults.
    public static var validator: SchemaValidator { embedded.validator }
}
