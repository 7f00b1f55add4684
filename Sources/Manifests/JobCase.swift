/// One case of a job: a manifest with one seed and without variants.
public struct JobCase: Sendable, Equatable {
    /// Unique within the job: "" for the only case of a plain manifest, else "VARIANT", "seedN" or "VARIANT.seedN".
    public let name: String
    /// "" in a manifest without variants.
    public let variant: String
    /// The manifest of the case; its name is the job's.
    public let manifest: JobManifest
}
