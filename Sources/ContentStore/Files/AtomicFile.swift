import Folders
import Glibc
import Host
import Synchronization

/// Files that appear completely or not at all: written to a temporary file, flushed, then renamed. A reader sees either
/// the old content or the new one, even after a power failure. Destinations are regular files, never links.
public enum AtomicFile {
    /// Numbers of temporary files begin with the time of the first one: in a container, every process may have the same
    /// identifier.
    private static let firstNumber = Int(HostClock.wallNanoseconds())
    private static let sequence = Atomic<Int>(firstNumber)
    /// `FICLONE` of linux/fs.h, a macro that Swift does not import.
    private static let cloneRequest: UInt = 0x4004_9409

    /// Writes `bytes` to `path`, in an existing folder. With `onlyIfChanged`, a file with the same content keeps its
    /// times. Returns true if it was written. Throws `StoreError`.
    @discardableResult
    public static func write(_ bytes: [UInt8], to path: String, onlyIfChanged: Bool) throws -> Bool {
        if onlyIfChanged, try holds(bytes, path) { return false }
        try replace(path) { file throws(StoreError) in try file.write(bytes) }
        return true
    }

    /// Writes a private file that the store flushes when taking it in: neither atomic nor durable. Throws `StoreError`.
    public static func writePrivate(_ bytes: [UInt8], to path: String) throws {
        try OpenFile(path, O_WRONLY | O_CREAT | O_TRUNC).write(bytes)
    }

    /// Appends to a file, or creates it, and flushes it. Not atomic: after a crash, a part may be there. Throws
    /// `StoreError`.
    public static func append(_ bytes: [UInt8], to path: String) throws {
        let file = try OpenFile(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW)
        try file.write(bytes)
        try file.synchronize()
    }

    /// Creates a file with these permissions; it must not exist. Throws `StoreError`.
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

    /// Copies the file `source` to `path`, sharing its blocks if the file system supports it. Returns true if it was
    /// written. Throws `StoreError`.
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
    ///   - folder: the folder that must contain the file after links are resolved; nil permits any place.
    ///   - limitBytes: maximum size of the file.
    public static func read(
        _ path: String, in folder: NamedFolder? = nil, limitBytes: Int = .max
    ) throws -> [UInt8] {
        try OpenFile.reading(path, in: folder).readAll(limitBytes: limitBytes)
    }

    /// True if something exists at `path`, after links are resolved. Throws `StoreError` if that is unknown: a server
    /// that does not answer proves nothing.
    public static func exists(_ path: String) throws -> Bool { try FolderOperations.exists(path) }

    /// True if `path` is a folder or a link to one. Throws like `exists`.
    public static func isFolder(_ path: String) throws -> Bool { try FolderOperations.isFolder(path) }

    /// The names in a folder, sorted by their bytes; empty if it does not exist. Throws `StoreError` for an incomplete
    /// listing.
    public static func names(in path: String) throws -> [String] { try FolderOperations.names(in: path) }

    /// Creates a folder and its parents, if missing. Throws `StoreError`.
    public static func createFolder(_ path: String) throws { try FolderOperations.createAll(path) }

    /// Creates a folder that only this user can access, and returns its path; it must not exist. Throws `StoreError`.
    public static func createSecretFolder(_ path: String) throws -> String {
        guard unsafe mkdir(path.systemPath, 0o700) == 0 else {
            throw StoreError.from(errno: errno, "create the folder", path)
        }
        return path
    }

    /// Creates a private folder in an existing one; not durable. Throws `StoreError`.
    public static func createPrivateFolder(_ path: String) throws { try FolderOperations.create(path) }

    /// Removes a file, or a folder with its contents; links are not followed. Throws `StoreError`.
    public static func removeAll(_ path: String) throws { try FolderOperations.remove(path) }

    static func replace(_ path: String, _ fill: (OpenFile) throws(StoreError) -> Void) throws(StoreError) {
        // Left by killed writers of the same file. An error here does not affect this write.
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

    /// The same, for a file in an open folder.
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

    /// Copies the content, sharing blocks if the file system supports it (Btrfs, XFS).
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

    /// Nil unless a regular file, not a link, is at `path`.
    private static func linkFreeSignature(_ path: String) throws(StoreError) -> FileSignature? {
        let signature = try FileSignature(path: path, followsLinks: false)
        return signature?.isRegular == true ? signature : nil
    }
}

extension AtomicFile {
    /// Removes temporary files that killed writers left behind. Only files named as `write` names them, for one of
    /// `names`, with a dead process: others may belong to the user.
    public static func removeLeftovers(of names: Set<String>, in folder: String) throws(StoreError) {
        let stems = Set(names.map(temporaryStem))
        for file in try FolderOperations.names(in: folder) {
            guard let (stem, process, number) = owner(ofTemporary: file), stems.contains(stem) else { continue }
            let isLeft = process == getpid() ? number < firstNumber : kill(process, 0) != 0 && errno == ESRCH
            if isLeft { try FolderOperations.remove(folder + "/" + file) }
        }
    }

    /// The prefix of a temporary file's name: the file's name, or its digest if that is too long for a file system.
    static func temporaryStem(_ name: String) -> String {
        PathText.bytes(of: name).count <= 200 ? name : Digest.of(text: name).hex
    }

    /// The name prefix, the process and the number in `NAME.PROCESS-NUMBER.partial`.
    static func owner(ofTemporary file: String) -> (name: String, process: pid_t, number: Int)? {
        guard file.hasSuffix(".partial") else { return nil }
        let whole = file.dropLast(".partial".count)
        guard let dot = whole.lastIndex(of: ".") else { return nil }
        let numbers = whole[whole.index(after: dot)...].split(separator: "-", omittingEmptySubsequences: false)
        guard numbers.count == 2, let process = pid_t(numbers[0]), process > 0, let number = Int(numbers[1]) else {
            return nil
        }
        return (String(whole[..<dot]), process, number)
    }
}
