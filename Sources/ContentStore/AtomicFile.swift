import Glibc
import Synchronization

/// Files that appear whole or not at all: written beside their destination, flushed, renamed over it. A reader sees
/// the old content or the new one, also after a power failure. Destinations are plain files, never links.
public enum AtomicFile {
    private static let sequence = Atomic<Int>(0)
    /// `FICLONE` of linux/fs.h, a macro that Swift does not import.
    private static let cloneRequest: UInt = 0x4004_9409

    /// Writes `bytes` to `path`; its folder must exist. With `onlyIfChanged`, a file that already holds these bytes is
    /// left alone with its times. Returns whether it was written. Throws `StoreError`.
    @discardableResult
    public static func write(_ bytes: [UInt8], to path: String, onlyIfChanged: Bool) throws -> Bool {
        if onlyIfChanged, try holds(bytes, path) { return false }
        try replace(path) { file throws(StoreError) in try file.write(bytes) }
        return true
    }

    /// Writes a file that nobody looks at before it is taken into the store, which flushes it: neither atomic nor durable by
    /// itself. Throws `StoreError`.
    public static func writePrivate(_ bytes: [UInt8], to path: String) throws {
        try OpenFile(path, O_WRONLY | O_CREAT | O_TRUNC).write(bytes)
    }

    /// Places a copy of the file `source` at `path`, sharing its blocks where the file system can. Returns whether it
    /// was written. Throws `StoreError`.
    @discardableResult
    public static func place(copyOf source: String, at path: String, onlyIfChanged: Bool) throws -> Bool {
        if onlyIfChanged, try isEqual(source, path) { return false }
        let original = try OpenFile.reading(source)
        try replace(path) { copy throws(StoreError) in try copyContent(of: original, to: copy) }
        return true
    }

    /// The content of a regular file. Throws `StoreError`; `.tooLarge` before anything is read.
    public static func read(_ path: String, limitBytes: Int = .max) throws -> [UInt8] {
        let file = try OpenFile.reading(path)
        let size = Int(try file.signature().sizeBytes)
        guard size <= limitBytes else { throw StoreError.tooLarge(path: path, sizeBytes: size, limitBytes: limitBytes) }
        return try file.readAll()
    }

    /// Creates a folder and those above it; one that is there already is left alone. Throws `StoreError`.
    public static func createFolder(_ path: String) throws { try FolderOperations.createAll(path) }

    /// Creates a folder in one that is there, where nobody looks for it: not durable by itself. Throws `StoreError`.
    public static func createPrivateFolder(_ path: String) throws { try FolderOperations.create(path) }

    static func replace(_ path: String, _ fill: (OpenFile) throws(StoreError) -> Void) throws(StoreError) {
        let number = sequence.add(1, ordering: .relaxed).newValue
        let temporary = "\(path).\(getpid())-\(number).partial"
        do {
            let file = try OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL)
            try fill(file)
            try file.synchronize()
            try FolderOperations.move(temporary, to: path)
        } catch {
            unsafe unlink(temporary)
            throw error
        }
        try FolderOperations.synchronize(FolderOperations.parent(of: path))
    }

    /// Shares the blocks of `source` where the file system can (Btrfs, XFS), copies elsewhere.
    static func copyContent(of source: OpenFile, to destination: OpenFile) throws(StoreError) {
        if ioctl(destination.descriptor, cloneRequest, source.descriptor) == 0 { return }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = try source.read(into: &buffer)
            try destination.write(count == buffer.count ? buffer : Array(buffer[..<count]))
            if count < buffer.count { return }
        }
    }

    private static func holds(_ bytes: [UInt8], _ path: String) throws(StoreError) -> Bool {
        guard let signature = try linkFreeSignature(path), signature.sizeBytes == bytes.count else { return false }
        return try OpenFile.reading(path).readAll() == bytes
    }

    private static func isEqual(_ source: String, _ path: String) throws(StoreError) -> Bool {
        guard let signature = try linkFreeSignature(path), let original = try FileSignature(path: source),
            signature.sizeBytes == original.sizeBytes
        else { return false }
        let (left, right) = (try OpenFile.reading(source), try OpenFile.reading(path))
        var leftBuffer = [UInt8](repeating: 0, count: 1 << 18)
        var rightBuffer = leftBuffer
        while true {
            let count = try left.read(into: &leftBuffer)
            guard try right.read(into: &rightBuffer) == count, leftBuffer == rightBuffer else { return false }
            if count < leftBuffer.count { return true }
        }
    }

    /// `nil` unless a regular file itself, not a link to one, is at `path`.
    private static func linkFreeSignature(_ path: String) throws(StoreError) -> FileSignature? {
        var information = stat()
        if unsafe lstat(path, &information) != 0 {
            if errno == ENOENT { return nil }
            throw .from(errno: errno, "inspect", path)
        }
        let signature = FileSignature(information)
        return signature.isRegular ? signature : nil
    }
}
