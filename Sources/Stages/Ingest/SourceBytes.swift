import ContentStore
import Folders
import Imaging

/// The bytes of files of a data set, as they were when their digests were taken.
enum SourceBytes {
    /// - Parameters:
    ///   - folder: that was named and that the file has to lie in; nil where any place will do.
    ///   - name: for messages, which may be kept.
    /// - Throws: `ImagingError.tooLarge`, `IngestError.changed`, `StoreError`.
    static func read(_ path: String, in folder: NamedFolder?, expecting digest: Digest, name: String) throws -> [UInt8]
    {
        let limit = DecodeLimits().maximumFileBytes
        let bytes: [UInt8]
        do {
            bytes = try AtomicFile.read(path, in: folder, limitBytes: limit)
        } catch StoreError.tooLarge(_, let size, _) {
            throw ImagingError.tooLarge(name: name, quantity: .bytes, actual: size, limit: limit)
        }
        guard Digest.of(bytes) == digest else { throw IngestError.changed(name) }
        return bytes
    }
}
