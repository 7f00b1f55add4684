import Glibc

/// An anonymous temporary file of 64-bit entries. The operating system removes it when it is closed, also after a
/// crash.
final class ScratchFile {
    private let descriptor: Int32
    private let folder: String

    /// - Throws: `MetricsError.scratchFile` if the folder is missing, full or not writable.
    init(folder: String) throws(MetricsError) {
        self.folder = folder
        var template = Array((folder + "/.metrics-XXXXXX").utf8CString)
        descriptor = unsafe template.withUnsafeMutableBufferPointer { name in
            let descriptor = unsafe mkstemp(name.baseAddress!)
            if descriptor >= 0 { unsafe unlink(name.baseAddress!) }
            return descriptor
        }
        guard descriptor >= 0 else { throw Self.failure("create a temporary file", folder, errno) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit { close(descriptor) }

    /// $TMPDIR, or `/tmp` if it is not set or empty.
    static var defaultFolder: String {
        let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? ""
        return folder.isEmpty ? "/tmp" : folder
    }

    /// Appends entries to the file.
    func append(_ entries: [UInt64]) throws(MetricsError) {
        let failed: Int32? = unsafe entries.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = unsafe write(descriptor, bytes.baseAddress! + written, bytes.count - written)
                if count < 0, errno == EINTR { continue }
                if count <= 0 { return errno }
                written += count
            }
            return nil
        }
        if let failed { throw Self.failure("write to a temporary file", folder, failed) }
    }

    /// Replaces the content of `block` with `count` entries, starting at the entry `first`.
    func read(_ first: Int, count: Int, into block: inout [UInt64]) throws(MetricsError) {
        var failed: Int32?
        block = unsafe [UInt64](unsafeUninitializedCapacity: count) { buffer, initialized in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            var done = 0
            while done < count * 8 {
                let got = unsafe pread(descriptor, bytes.baseAddress! + done, count * 8 - done, off_t(first * 8 + done))
                if got < 0, errno == EINTR { continue }
                if got <= 0 {
                    failed = got < 0 ? errno : EIO
                    break
                }
                done += got
            }
            initialized = failed == nil ? count : 0
        }
        if let failed { throw Self.failure("read a temporary file", folder, failed) }
    }

    private static func failure(_ operation: String, _ folder: String, _ code: Int32) -> MetricsError {
        let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        return .scratchFile(folder: folder, operation: operation, reason: reason)
    }
}
