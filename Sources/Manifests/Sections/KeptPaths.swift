/// `paths`: how paths are written in the store and in results.
public enum KeptPaths: String, Sendable, CaseIterable {
    /// From the folder of the manifest or of the data set on; of other places the last name alone.
    case relative
    /// A digest in place of each folder.
    case digest
}
