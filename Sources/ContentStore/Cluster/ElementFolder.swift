import Folders
import Glibc

/// The folder that an element of an array and whoever submitted it share. What is published in it is there whole or not at all,
/// and stays as the first one wrote it: an element may be run twice.
public struct ElementFolder: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path }

    /// Gives bytes a name, unless something has it already; says whether it was free. `temporary`: a path in a folder of this
    /// process. Throws `StoreError`.
    @discardableResult
    public func publish(_ bytes: [UInt8], as name: String, by temporary: String) throws -> Bool {
        let file = try OpenFile(temporary, O_WRONLY | O_CREAT | O_TRUNC)
        try file.write(bytes)
        try file.synchronize()
        let isFirst = unsafe link(temporary.systemPath, (path + "/" + name).systemPath) == 0
        let code = errno
        guard isFirst || code == EEXIST else { throw StoreError.from(errno: code, "publish", path + "/" + name) }
        unsafe unlink(temporary.systemPath)
        if isFirst { try FolderOperations.synchronize(path) }
        return isFirst
    }

    /// Marks something as begun. Not durable: who asks is satisfied with a guess.
    public func mark(_ name: String) throws { _ = try OpenFile(path + "/" + name, O_WRONLY | O_CREAT) }

    public func holds(_ name: String) -> Bool { FolderOperations.exists(path + "/" + name) }

    /// What is in it, sorted. Throws `StoreError`.
    public func names() throws -> [String] { try FolderOperations.names(in: path) }

    /// Bytes that the file system has left for this user. Throws `StoreError`.
    public func freeBytes() throws -> Int {
        var information = statvfs()
        guard unsafe statvfs(path.systemPath, &information) == 0 else {
            throw StoreError.from(errno: errno, "inspect", path)
        }
        // Some file systems say that they have no end.
        let (bytes, isMore) = Int(clamping: information.f_bavail)
            .multipliedReportingOverflow(by: Int(clamping: information.f_frsize))
        return isMore ? .max : bytes
    }
}
