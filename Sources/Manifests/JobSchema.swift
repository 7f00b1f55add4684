/// The schema of job manifests, schemas/job.schema.json, which is part of the binary.
public enum JobSchema {
    /// The text of the schema file.
    public static var bytes: [UInt8] { PackageResources.job_schema_json }

    /// The schema as a JSON document.
    public static let document: JSONValue = {
        do {
            return try JSONParser.parse(bytes, file: "job.schema.json")
        } catch {
            fatalError("the embedded schema is unusable: \(error)")
        }
    }()

    /// Checks manifests and fills in their defaults.
    public static let validator: SchemaValidator = {
        do {
            return try SchemaValidator(schema: document)
        } catch {
            fatalError("the embedded schema is unusable: \(error)")
        }
    }()
}
