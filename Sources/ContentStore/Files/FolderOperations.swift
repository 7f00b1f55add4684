import Folders
import Glibc
import Host

/// Operations on folders and their entries: one system call each, with a descriptive error.
enum FolderOperations {
    /// Creates a folder in an existing one. Returns true if it was missing.
    @discardableResult
    static func create(_ path: String) throws(StoreError) -> Bool {
        if unsafe mkdir(path.systemPath, 0o755) == 0 { return true }
        let code = errno
        if code == EEXIST, try FolderOperations.isFolder(path) { return false }
        throw .from(errno: code, "create the folder", path)
    }

    /// Creates a folder and its parents, each made durable in its parent.
    static func createAll(_ path: String) throws(StoreError) {
        if try isFolder(path) { return }
        let parent = parent(of: path)
        if parent != path { try createAll(parent) }
        if try create(path) { try synchronize(parent) }
    }

    /// True if `path` is a folder or a link to one.
    static func isFolder(_ path: String) throws(StoreError) -> Bool {
        var information = stat()
        guard unsafe stat(path.systemPath, &information) == 0 else {
            if SystemReason.isAbsence(errno) { return false }
            throw .from(errno: errno, "inspect", path)
        }
        return information.st_mode & S_IFMT == S_IFDIR
    }

    /// Flushes the entries of a folder.
    static func synchronize(_ path: String) throws(StoreError) {
        try OpenFile(path, O_RDONLY | O_DIRECTORY).synchronize()
    }

    static func move(_ source: String, to destination: String) throws(StoreError) {
        guard unsafe rename(source.systemPath, destination.systemPath) == 0 else {
            throw .from(errno: errno, "move \(source) to", destination)
        }
    }

    /// True if something exists at `path`, after links are resolved. Throws if that is unknown.
    static func exists(_ path: String) throws(StoreError) -> Bool {
        var information = stat()
        if unsafe stat(path.systemPath, &information) == 0 { return true }
        // Nothing can have an overlong name, and `path` may in fact be a digest or the name of a task.
        guard SystemReason.isAbsence(errno) || errno == ENAMETOOLONG else { throw .from(errno: errno, "inspect", path) }
        return false
    }

    /// The names in a folder, sorted by their bytes; empty if it does not exist. Throws for an incomplete listing.
    static func names(in path: String) throws(StoreError) -> [String] {
        do throws(ListingFault) {
            return try FolderListing.names(in: path)
        } catch {
            if SystemReason.isAbsence(error.code) { return [] }
            throw .from(errno: error.code, "list", path)
        }
    }

    /// Removes a file, or a folder with its contents, if present. Links are not followed.
    static func remove(_ path: String) throws(StoreError) {
        if unsafe unlink(path.systemPath) == 0 || SystemReason.isAbsence(errno) { return }
        guard errno == EISDIR || errno == EPERM else { throw .from(errno: errno, "remove", path) }
        // Usually the folder is empty, because its files were moved into the store.
        if unsafe rmdir(path.systemPath) == 0 { return }
        guard errno == ENOTEMPTY || errno == EEXIST else { throw .from(errno: errno, "remove", path) }
        for name in try names(in: path) { try remove(path + "/" + name) }
        guard unsafe rmdir(path.systemPath) == 0 else { throw .from(errno: errno, "remove", path) }
    }

    /// The parent folder of `path`: "a/b" gives "a", "a" gives ".", "/" gives "/".
    static func parent(of path: String) -> String {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }
}
