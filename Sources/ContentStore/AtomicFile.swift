import Folders
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

    /// Writes a file that must not be there yet, with these permissions from the first byte on. Throws `StoreError`.
    public static func create(_ bytes: [UInt8], at path: String, mode: UInt32) throws {
        let file = try OpenFile(path, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
        do {
            try file.write(bytes)
            try file.synchronize()
        } catch {
            unsafe unlink(path.systemPath)
            throw error
        }
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

    /// The content of a regular file. Throws `StoreError`.
    ///
    /// - Parameters:
    ///   - folder: that the file has to lie in when links have been followed; nil where any place will do.
    ///   - limitBytes: the most that the file may hold.
    public static func read(
        _ path: String, in folder: NamedFolder? = nil, limitBytes: Int = .max
    ) throws -> [UInt8] {
        try OpenFile.reading(path, in: folder).readAll(limitBytes: limitBytes)
    }

    /// True if something is at `path`, links followed. Throws `StoreError` where that cannot be told: a server that does not
    /// answer is no proof that there is nothing.
    public static func exists(_ path: String) throws -> Bool { try FolderOperations.exists(path) }

    /// True if a folder, or a link to one, is at `path`. Throws as `exists` does.
    public static func isFolder(_ path: String) throws -> Bool { try FolderOperations.isFolder(path) }

    /// The names in a folder, sorted by their bytes; empty when there is no such folder. Throws `StoreError` where the disk gives
    /// only some of them.
    public static func names(in path: String) throws -> [String] { try FolderOperations.names(in: path) }

    /// Creates a folder and those above it; one that is there already is left alone. Throws `StoreError`.
    public static func createFolder(_ path: String) throws { try FolderOperations.createAll(path) }

    /// Creates a folder that must not be there yet and that only this user can look into; returns its path. Throws `StoreError`.
    public static func createSecretFolder(_ path: String) throws -> String {
        guard unsafe mkdir(path.systemPath, 0o700) == 0 else {
            throw StoreError.from(errno: errno, "create the folder", path)
        }
        return path
    }

    /// Creates a folder in one that is there, where nobody looks for it: not durable by itself. Throws `StoreError`.
    public static func createPrivateFolder(_ path: String) throws { try FolderOperations.create(path) }

    /// Removes a file, or a folder with everything in it; links are removed, not followed. Throws `StoreError`.
    public static func removeAll(_ path: String) throws { try FolderOperations.remove(path) }

    static func replace(_ path: String, _ fill: (OpenFile) throws(StoreError) -> Void) throws(StoreError) {
        // Of whoever was killed while writing the same file; what hinders that does not hinder this.
        let name = path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...]
        try? removeLeftovers(of: [String(name)], in: FolderOperations.parent(of: path))
        let number = sequence.add(1, ordering: .relaxed).newValue
        let temporary = "\(path[..<name.startIndex])\(temporaryStem(String(name))).\(getpid())-\(number).partial"
        do {
            let file = try OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL)
            try fill(file)
            try file.synchronize()
            try FolderOperations.move(temporary, to: path)
        } catch {
            unsafe unlink(temporary.systemPath)
            throw error
        }
        try FolderOperations.synchronize(FolderOperations.parent(of: path))
    }

    /// As `replace`, of a file in an open folder.
    static func replace(
        _ name: String, in folder: OpenFile, _ fill: (OpenFile) throws(StoreError) -> Void
    ) throws(StoreError) {
        let number = sequence.add(1, ordering: .relaxed).newValue
        let temporary = "\(temporaryStem(name)).\(getpid())-\(number).partial"
        do throws(StoreError) {
            let file = try OpenFile(temporary, in: folder, O_WRONLY | O_CREAT | O_EXCL)
            try fill(file)
            try file.synchronize()
            guard unsafe renameat(folder.descriptor, temporary.systemPath, folder.descriptor, name.systemPath) == 0
            else {
                throw .from(errno: errno, "move \(temporary) to", folder.path + "/" + name)
            }
        } catch {
            unsafe unlinkat(folder.descriptor, temporary.systemPath, 0)
            throw error
        }
        try folder.synchronize()
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
        return try isEqual(try OpenFile.reading(source), try OpenFile.reading(path))
    }

    static func isEqual(_ left: OpenFile, _ right: OpenFile) throws(StoreError) -> Bool {
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
        if unsafe lstat(path.systemPath, &information) != 0 {
            if SystemError.isAbsence(errno) { return nil }
            throw .from(errno: errno, "inspect", path)
        }
        let signature = FileSignature(information)
        return signature.isRegular ? signature : nil
    }
}
