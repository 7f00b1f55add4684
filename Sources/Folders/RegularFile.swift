import Glibc
import Host

/// A regular file, open for reading; the descriptor closes itself.
///
/// Everything else that a path may lead to is refused without waiting for it: folders, named pipes, sockets and devices. An
/// ordinary `open` of a named pipe blocks until somebody writes to it.
public final class RegularFile: Sendable {
    /// Why a file cannot be read.
    public enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
        case missing
        case notRegular
        case system(code: Int32)

        public var description: String {
            switch self {
            case .missing: Fault.system(code: ENOENT).description
            case .notRegular: "it is not a regular file"
            case .system(let code): SystemReason.text(of: code)
            }
        }
    }

    public let descriptor: Int32
    /// When the file was opened.
    public let sizeBytes: Int

    /// Follows symbolic links.
    public init(_ path: String) throws(Fault) {
        let descriptor = unsafe open(path.systemPath, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            // A socket, and a device without a driver.
            if errno == ENXIO || errno == ENODEV { throw .notRegular }
            throw errno == ENOENT ? .missing : .system(code: errno)
        }
        var information = stat()
        guard unsafe fstat(descriptor, &information) == 0 else {
            let code = errno
            close(descriptor)
            throw .system(code: code)
        }
        guard information.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw information.st_mode & S_IFMT == S_IFDIR ? .system(code: EISDIR) : .notRegular
        }
        self.descriptor = descriptor
        sizeBytes = Int(information.st_size)
    }

    deinit { close(descriptor) }

    /// The bytes from an offset on, fewer than `count` only at the end of the file.
    public func read(_ count: Int, from offset: Int = 0) throws(Fault) -> [UInt8] {
        // A file of the kernel's own says that it is empty; no other is asked for more memory than it fills.
        let capacity = max(0, sizeBytes == 0 ? min(count, 1 << 20) : min(count, max(0, sizeBytes - offset) + 1))
        var failure: Int32?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, filled in
            while filled < capacity {
                let start = unsafe buffer.baseAddress.map { unsafe $0 + filled }
                let got = unsafe pread(descriptor, start, capacity - filled, off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                if got <= 0 { break }
                filled += got
            }
        }
        if let failure { throw .system(code: failure) }
        return bytes
    }
}
