import Cryptography
import Folders
import Glibc
import Host

/// An open file descriptor that closes itself. This module accesses files only through it.
final class OpenFile: Sendable {
    let descriptor: Int32
    let path: String

    init(_ path: String, _ flags: Int32, mode: mode_t = 0o644) throws(StoreError) {
        descriptor = unsafe open(path.systemPath, flags | O_CLOEXEC, mode)
        self.path = path
        guard descriptor >= 0 else { throw .from(errno: errno, "open", path) }
    }

    /// Opens an entry of a folder, by a name without a slash. Does not follow a link of that name.
    init(_ name: String, in folder: OpenFile, _ flags: Int32, mode: mode_t = 0o644) throws(StoreError) {
        descriptor = unsafe openat(folder.descriptor, name.systemPath, flags | O_CLOEXEC | O_NOFOLLOW, mode)
        path = folder.path + "/" + name
        guard descriptor >= 0 else { throw .from(errno: errno, "open", path) }
    }

    /// Opens a regular file for reading, as `RegularFile` does; `path` names it in errors.
    private init(reading name: String, in folder: Int32, flags: Int32, path: String) throws(StoreError) {
        self.path = path
        do throws(RegularFile.Fault) {
            descriptor = try RegularFile.open(name, in: folder, flags: flags).descriptor
        } catch {
            switch error {
            case .missing: throw .from(errno: ENOENT, "open", path)
            case .notRegular, .system(EISDIR): throw .notARegularFile(path: path)
            case .system(let code): throw .from(errno: code, "open", path)
            }
        }
    }

    deinit { close(descriptor) }

    /// Opens a regular file in an open folder, by a name without a slash. Does not follow a link of that name.
    static func reading(_ name: String, in folder: OpenFile) throws(StoreError) -> OpenFile {
        try OpenFile(
            reading: name, in: folder.descriptor, flags: O_NOFOLLOW, path: folder.path + "/" + name)
    }

    /// Opens a regular file for reading; follows symbolic links unless `flags` exclude it.
    static func reading(_ path: String, flags: Int32 = 0) throws(StoreError) -> OpenFile {
        try OpenFile(reading: path, in: AT_FDCWD, flags: flags, path: path)
    }

    /// Opens a regular file that must lie in `folder`. The check is on the open file, so nobody can swap it in between.
    static func reading(_ path: String, in folder: NamedFolder?) throws(StoreError) -> OpenFile {
        let file = try reading(path)
        guard let folder, !folder.followsLinks else { return file }
        guard let place = file.place, folder.holds(place) else {
            throw .outsideFolder(path: path, target: file.place ?? "another place", folder: folder.path)
        }
        return file
    }

    /// The link-free path of the open file; nil if the kernel does not report it.
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

    /// Flushes content and size of a file, or the entries of a folder.
    func synchronize() throws(StoreError) { try synchronize(named: path) }

    /// The same, for a file renamed since it was opened.
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

    /// Fills `buffer` from its start. The count is smaller than the buffer only at the end of the file.
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

    /// The content from the current position to the end.
    ///
    /// - Parameter limitBytes: maximum size; nothing is read of a larger file.
    func readAll(limitBytes: Int = .max) throws(StoreError) -> [UInt8] {
        var content: [UInt8] = []
        // One byte more than the size lets one call reach the end. Files of the kernel report size 0.
        let size = max(Int(try signature().sizeBytes), 0)
        func requireLimit(_ count: Int) throws(StoreError) {
            if count > limitBytes { throw .tooLarge(path: path, sizeBytes: count, limitBytes: limitBytes) }
        }
        try requireLimit(size)
        var buffer = [UInt8](repeating: 0, count: size == 0 ? 4096 : size + 1)
        while true {
            let count = try read(into: &buffer)
            // For files that grow or do not report their size.
            try requireLimit(content.count + count)
            if content.isEmpty && count < buffer.count {
                buffer.removeLast(buffer.count - count)
                return buffer
            }
            content.append(contentsOf: buffer[..<count])
            if count < buffer.count { return content }
        }
    }

    /// The SHA-256 from the current position to the end. Throws `.changedWhileRead` if the file changed meanwhile.
    func digest() throws(StoreError) -> Digest {
        let before = try signature()
        let digest = try blobDigest()
        guard try signature() == before else { throw .changedWhileRead(path: path) }
        return digest
    }

    /// The SHA-256 of an immutable file, from the current position to the end. Its times may change meanwhile through
    /// marks of use.
    func blobDigest() throws(StoreError) -> Digest {
        var hasher = SHA256()
        var buffer = [UInt8](repeating: 0, count: min(1 << 20, max(Int(try signature().sizeBytes), 0) + 1))
        while true {
            let count = try read(into: &buffer)
            unsafe buffer.withUnsafeBytes { bytes in
                unsafe hasher.update(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            }
            if count < buffer.count { break }
        }
        return Digest(words: hasher.words)
    }
}
