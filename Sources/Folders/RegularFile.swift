import Glibc
import Host

/// A regular file open for reading. The descriptor closes itself.
///
/// Folders, named pipes, sockets and devices are refused without blocking; a plain `open` of a named pipe would wait
/// for a writer.
public final class RegularFile: Sendable {
    /// The reason why a file cannot be read.
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
    /// The size at the time of opening.
    public let sizeBytes: Int

    /// Follows symbolic links.
    public init(_ path: String) throws(Fault) { (descriptor, sizeBytes) = try Self.open(path) }

    /// Opens a regular file for reading.
    ///
    /// - Parameters:
    ///   - folder: descriptor of the folder that a relative path starts from.
    ///   - flags: further flags of open(2), such as `O_NOFOLLOW`.
    /// - Returns: a descriptor that the caller closes.
    package static func open(
        _ path: String, in folder: Int32 = AT_FDCWD, flags: Int32 = 0
    ) throws(Fault) -> (descriptor: Int32, sizeBytes: Int) {
        let descriptor = unsafe openat(folder, path.systemPath, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags)
        guard descriptor >= 0 else {
            // A socket, or a device without a driver.
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
        return (descriptor, Int(information.st_size))
    }

    deinit { close(descriptor) }

    /// The bytes from an offset on; fewer than `count` only at the end of the file.
    public func read(_ count: Int, from offset: Int = 0) throws(Fault) -> [UInt8] {
        // Files of the kernel report size 0. For others, the size limits the allocated memory.
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
