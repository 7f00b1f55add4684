import Folders
import Glibc
import Synchronization

/// A folder that results are written into under names such as `overlays/wood/003.png`, with the guarantees of
/// `AtomicFile`. No name and no link leads out of it; the folder itself may be a link.
///
/// Each folder is opened relative to its parent, and files are created relative to an open folder, so concurrent moves
/// or replacements cannot redirect a write.
public final class OutputFolder: Sendable {
    public let path: String
    private let root: OpenFile
    /// The last opened folder: files arrive folder by folder.
    private let last = Mutex<(name: String, folder: OpenFile)?>(nil)

    /// - Parameter isNamed: true if the user named the folder, which may then be a link.
    /// - Throws: `StoreError`.
    public init(_ path: String, isNamed: Bool = true) throws {
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        self.path = path
        do throws(StoreError) {
            root = try OpenFile(path, O_RDONLY | O_DIRECTORY | (isNamed ? 0 : O_NOFOLLOW))
        } catch {
            throw OutputFolder.fault(at: path, FolderOperations.parent(of: path)) ?? error
        }
    }

    /// Writes like `AtomicFile.write`, and creates missing folders. Throws `StoreError`.
    @discardableResult
    public func write(_ bytes: [UInt8], to name: String, onlyIfChanged: Bool) throws -> Bool {
        let (folder, file) = try place(of: name)
        if onlyIfChanged, try present(file, in: folder, sizeBytes: bytes.count)?.readAll() == bytes { return false }
        try AtomicFile.replace(file, in: folder) { target throws(StoreError) in try target.write(bytes) }
        return true
    }

    /// Copies like `AtomicFile.place`, and creates missing folders. Throws `StoreError`.
    @discardableResult
    public func place(copyOf source: String, at name: String, onlyIfChanged: Bool) throws -> Bool {
        let (folder, file) = try place(of: name)
        let original = try OpenFile.reading(source)
        let size = Int(try original.signature().sizeBytes)
        if onlyIfChanged, let present = try present(file, in: folder, sizeBytes: size),
            try AtomicFile.isEqual(try OpenFile.reading(source), present)
        {
            return false
        }
        try AtomicFile.replace(file, in: folder) { copy throws(StoreError) in
            try AtomicFile.copyContent(of: original, to: copy)
        }
        return true
    }

    /// Places a hard link to `source` if the file system supports it, else a copy; neither file may be modified
    /// afterwards. Throws `StoreError`.
    public func link(_ source: String, at name: String) throws {
        let (folder, file) = try place(of: name)
        let temporary = "\(AtomicFile.temporaryStem(file)).\(getpid())-0.partial"
        unsafe unlinkat(folder.descriptor, temporary.systemPath, 0)
        guard unsafe linkat(AT_FDCWD, source.systemPath, folder.descriptor, temporary.systemPath, 0) == 0 else {
            try place(copyOf: source, at: name, onlyIfChanged: true)
            return
        }
        // rename(2) does nothing if both names belong to one file.
        defer { unsafe unlinkat(folder.descriptor, temporary.systemPath, 0) }
        guard unsafe renameat(folder.descriptor, temporary.systemPath, folder.descriptor, file.systemPath) == 0 else {
            throw StoreError.from(errno: errno, "move \(temporary) to", folder.path + "/" + file)
        }
    }

    /// True if `name` is a regular file, not a link. Throws `StoreError` for a link or name that leads out of the
    /// folder.
    public func holdsFile(_ name: String) throws -> Bool {
        guard let (folder, file) = try place(of: name, creates: false) else { return false }
        return try present(file, in: folder, sizeBytes: nil) != nil
    }

    /// Removes a file. Returns false if it is absent or if a link or name leads out of the folder.
    public func remove(_ name: String) -> Bool {
        guard let (folder, file) = try? place(of: name, creates: false) else { return false }
        return unsafe unlinkat(folder.descriptor, file.systemPath, 0) == 0
    }

    // MARK: Places

    private func place(of name: String) throws(StoreError) -> (folder: OpenFile, file: String) {
        guard let place = try place(of: name, creates: true) else { throw .nameLeavesFolder(name: name, folder: path) }
        return place
    }

    /// - Returns: nil if a folder of the path is missing and `creates` is false.
    private func place(of name: String, creates: Bool) throws(StoreError) -> (folder: OpenFile, file: String)? {
        var parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard !parts.contains(where: { ["", ".", ".."].contains($0) }), !name.utf8.contains(0) else {
            throw .nameLeavesFolder(name: name, folder: path)
        }
        let file = parts.removeLast()
        let folderName = parts.joined(separator: "/")
        if let known = last.withLock({ $0?.name == folderName ? $0?.folder : nil }) { return (known, file) }
        var folder = root
        for part in parts {
            guard let next = try self.folder(part, in: folder, creates: creates) else { return nil }
            folder = next
        }
        last.withLock { [folder] in $0 = (folderName, folder) }
        return (folder, file)
    }

    private func folder(_ name: String, in folder: OpenFile, creates: Bool) throws(StoreError) -> OpenFile? {
        if creates {
            if unsafe mkdirat(folder.descriptor, name.systemPath, 0o755) == 0 {
                try folder.synchronize()
            } else if errno != EEXIST {
                throw .from(errno: errno, "create the folder", folder.path + "/" + name)
            }
        }
        do throws(StoreError) {
            return try OpenFile(name, in: folder, O_RDONLY | O_DIRECTORY)
        } catch {
            if !creates, case .fileSystem(_, _, let code) = error, code == ENOENT { return nil }
            throw OutputFolder.fault(at: folder.path + "/" + name, path) ?? error
        }
    }

    /// Opens the file of this name if it is regular and has this size. A link does not count, and is replaced.
    private func present(_ name: String, in folder: OpenFile, sizeBytes: Int?) throws(StoreError) -> OpenFile? {
        var information = stat()
        if unsafe fstatat(folder.descriptor, name.systemPath, &information, AT_SYMLINK_NOFOLLOW) != 0 {
            if errno == ENOENT { return nil }
            throw .from(errno: errno, "inspect", folder.path + "/" + name)
        }
        let signature = FileSignature(information)
        guard signature.isRegular, sizeBytes == nil || signature.sizeBytes == Int64(sizeBytes ?? 0) else { return nil }
        return try OpenFile.reading(name, in: folder)
    }

    /// The error for a link in place of a folder.
    private static func fault(at path: String, _ folder: String) -> StoreError? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink(path.systemPath, &buffer, buffer.count)
        guard count > 0 else { return nil }
        let target = PathText.text(of: buffer[..<count].map { UInt8(bitPattern: $0) })
        return .linkInResults(link: path, target: target, folder: folder)
    }
}
