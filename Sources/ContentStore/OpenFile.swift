import Crypto
import Folders
import Glibc

/// An open file descriptor that closes itself. All reading and writing of files in this module goes through it.
final class OpenFile: Sendable {
    let descriptor: Int32
    let path: String

    init(_ path: String, _ flags: Int32, mode: mode_t = 0o644) throws(StoreError) {
        descriptor = unsafe open(path.systemPath, flags | O_CLOEXEC, mode)
        self.path = path
        guard descriptor >= 0 else { throw .from(errno: errno, "open", path) }
    }

    /// Opens what a folder holds under a name without a slash. A link of that name is not followed.
    init(_ name: String, in folder: OpenFile, _ flags: Int32, mode: mode_t = 0o644) throws(StoreError) {
        descriptor = unsafe openat(folder.descriptor, name.systemPath, flags | O_CLOEXEC | O_NOFOLLOW, mode)
        path = folder.path + "/" + name
        guard descriptor >= 0 else { throw .from(errno: errno, "open", path) }
    }

    deinit { close(descriptor) }

    /// As `reading`, of a file in a folder, by a name without a slash; a link is not followed.
    static func reading(_ name: String, in folder: OpenFile) throws(StoreError) -> OpenFile {
        let file = try OpenFile(name, in: folder, O_RDONLY | O_NONBLOCK)
        guard try file.signature().isRegular else { throw .notARegularFile(path: file.path) }
        return file
    }

    /// Opens a regular file for reading; follows symbolic links unless `flags` say otherwise.
    static func reading(_ path: String, flags: Int32 = 0) throws(StoreError) -> OpenFile {
        // Without O_NONBLOCK a named pipe would block here for ever.
        let file = try OpenFile(path, O_RDONLY | O_NONBLOCK | flags)
        guard try file.signature().isRegular else { throw .notARegularFile(path: path) }
        return file
    }

    /// As `reading`, of a file that has to lie in a folder. What is compared is the file that is open, so nobody can put another
    /// one in its place in between.
    static func reading(_ path: String, in folder: NamedFolder?) throws(StoreError) -> OpenFile {
        let file = try reading(path)
        guard let folder, !folder.followsLinks else { return file }
        guard let place = file.place, folder.holds(place) else {
            throw .outsideFolder(path: path, target: file.place ?? "another place", folder: folder.path)
        }
        return file
    }

    /// Where the open file lies, without links; nil where the kernel does not say.
    private var place: String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count)
        guard count > 0, count < buffer.count else { return nil }
        return PathText.text(of: buffer[..<count].map { UInt8(bitPattern: $0) })
    }

    func signature() throws(StoreError) -> FileSignature {
        var information = stat()
        guard unsafe fstat(descriptor, &information) == 0 else { throw .from(errno: errno, "inspect", path) }
        return FileSignature(information)
    }

    /// Flushes content and size to the disk; on a folder, its entries.
    func synchronize() throws(StoreError) { try synchronize(named: path) }

    /// As `synchronize`, for a file that has been renamed since it was opened.
    func synchronize(named path: String) throws(StoreError) {
        guard fsync(descriptor) == 0 else { throw .from(errno: errno, "flush", path) }
    }

    func write(_ bytes: [UInt8]) throws(StoreError) {
        var offset = 0
        while offset < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
            }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw .from(errno: errno, "write", path) }
            offset += written
        }
    }

    /// Fills `buffer` from its start; the count is smaller than the buffer only at the end of the file.
    func read(into buffer: inout [UInt8]) throws(StoreError) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = unsafe buffer.withUnsafeMutableBytes { target in
                unsafe Glibc.read(descriptor, target.baseAddress! + filled, target.count - filled)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .from(errno: errno, "read", path) }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// Everything from the current position to the end.
    ///
    /// - Parameter limitBytes: the most that there may be; nothing of a file that is larger is read.
    func readAll(limitBytes: Int = .max) throws(StoreError) -> [UInt8] {
        var content: [UInt8] = []
        // One byte more than the size, so that the usual file ends in the first round. The kernel's own say that they are empty.
        let size = max(Int(try signature().sizeBytes), 0)
        func requireLimit(_ count: Int) throws(StoreError) {
            if count > limitBytes { throw .tooLarge(path: path, sizeBytes: count, limitBytes: limitBytes) }
        }
        try requireLimit(size)
        var buffer = [UInt8](repeating: 0, count: size == 0 ? 4096 : size + 1)
        while true {
            let count = try read(into: &buffer)
            // A file that grows, or whose size is not known beforehand.
            try requireLimit(content.count + count)
            if content.isEmpty && count < buffer.count {
                buffer.removeLast(buffer.count - count)
                return buffer
            }
            content.append(contentsOf: buffer[..<count])
            if count < buffer.count { return content }
        }
    }

    /// SHA-256 from the current position to the end. Throws `.changedWhileRead` when the file changed meanwhile.
    func digest() throws(StoreError) -> Digest {
        let before = try signature()
        let digest = try blobDigest()
        guard try signature() == before else { throw .changedWhileRead(path: path) }
        return digest
    }

    /// SHA-256 of a file that nobody writes to, from the current position to the end. Its times may change meanwhile, as marks
    /// of use do.
    func blobDigest() throws(StoreError) -> Digest {
        var hasher = SHA256()
        var buffer = [UInt8](repeating: 0, count: min(1 << 20, max(Int(try signature().sizeBytes), 0) + 1))
        while true {
            let count = try read(into: &buffer)
            unsafe buffer.withUnsafeBytes { bytes in
                unsafe hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            }
            if count < buffer.count { break }
        }
        return Digest(hasher.finalize())
    }
}
