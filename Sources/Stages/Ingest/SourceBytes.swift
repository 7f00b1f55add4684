import AnomalyDetection
import ContentStore
import Imaging
import Pipeline

/// Reads files of a data set and checks that they still have their recorded digests.
enum SourceBytes {
    /// - Parameter name: the file's name for messages, which may be stored.
    /// - Throws: `ImagingError.tooLarge`, `IngestError.changed`, `StoreError`.
    static func read(_ location: FileLocation, expecting digest: Digest, name: String) throws -> [UInt8] {
        let limit = DecodeLimits().maximumFileBytes
        let bytes: [UInt8]
        do {
            bytes = try AtomicFile.read(location.path, in: location.folder, limitBytes: limit)
        } catch StoreError.tooLarge(_, let size, _) {
            throw ImagingError.tooLarge(name: name, quantity: .bytes, actual: size, limit: limit)
        }
        guard Digest.of(bytes) == digest else { throw IngestError.changed(name) }
        return bytes
    }
}
