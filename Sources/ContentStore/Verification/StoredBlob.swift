/// A file in `objects/` under the name of a digest.
struct StoredBlob: Sendable, Equatable {
    let digest: Digest
    let sizeBytes: Int
    /// Its modification time, which says when the blob was last used (`ContentStore.use`). Nanoseconds since 1970.
    let usedNanoseconds: Int64
}
