import Folders

/// Reading of whole files.
package enum FileBytes {
    /// The contents of a regular file.
    ///
    /// - Throws: `unreadable` with the reason, `empty`, or `tooLarge` before anything is read.
    package static func read(path: String, maximumBytes: Int) throws(ImagingError) -> [UInt8] {
        let file = try reading(path) { () throws(RegularFile.Fault) in try RegularFile(path) }
        guard file.sizeBytes > 0 else { throw .empty(name: path) }
        guard file.sizeBytes <= maximumBytes else {
            throw .tooLarge(name: path, quantity: .bytes, actual: file.sizeBytes, limit: maximumBytes)
        }
        return try reading(path) { () throws(RegularFile.Fault) in try file.read(file.sizeBytes) }
    }

    private static func reading<Value>(
        _ path: String, _ body: () throws(RegularFile.Fault) -> Value
    ) throws(ImagingError) -> Value {
        do { return try body() } catch { throw .unreadable(name: path, reason: "\(error)") }
    }
}
