import Glibc
import Host

/// Reading of whole files.
package enum FileBytes {
    /// The contents of a regular file.
    ///
    /// - Throws: `unreadable` with the operating system's reason, `empty`, or `tooLarge` before anything is read.
    package static func read(path: String, maximumBytes: Int) throws(ImagingError) -> [UInt8] {
        // O_NONBLOCK: opening a pipe without a writer would otherwise wait for ever.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }

        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw unreadable(path, errno) }
        if status.st_mode & S_IFMT == S_IFDIR { throw unreadable(path, EISDIR) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(name: path, reason: "it is not a regular file")
        }
        let size = Int(status.st_size)
        guard size > 0 else { throw .empty(name: path) }
        guard size <= maximumBytes else {
            throw .tooLarge(name: path, quantity: .bytes, actual: size, limit: maximumBytes)
        }

        var failure: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let got = unsafe Glibc.read(descriptor, buffer.baseAddress! + count, size - count)
                if got == 0 { break }
                if got < 0 && errno == EINTR { continue }
                if got < 0 {
                    failure = errno
                    break
                }
                count += got
            }
        }
        guard failure == 0 else { throw unreadable(path, failure) }
        return bytes
    }

    private static func unreadable(_ path: String, _ code: Int32) -> ImagingError {
        .unreadable(name: path, reason: SystemReason.text(of: code))
    }
}
