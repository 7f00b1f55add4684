import Folders
import Glibc
import Host

/// The folder that an element of a cluster array shares with its submitter. Files in it appear completely or not at
/// all, and the first writer wins: an element may run twice.
public struct ElementFolder: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path }

    /// Publishes bytes under a name, unless it is taken; returns true if it was free. `temporary` is a path in a folder
    /// of this process. Throws `StoreError`.
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

    /// Marks the start of something. Not durable: readers only need a guess.
    public func mark(_ name: String) throws { _ = try OpenFile(path + "/" + name, O_WRONLY | O_CREAT) }

    /// True if `name` exists. Throws `StoreError` if the file system does not answer, as after the restart of a server;
    /// it is retried for `patienceSeconds` first.
    public func holds(_ name: String, patienceSeconds: Double = 0) throws -> Bool {
        let limit = HostClock.monotonicSeconds() + patienceSeconds
        while true {
            do throws(StoreError) {
                return try FolderOperations.exists(path + "/" + name)
            } catch {
                guard error.isTransient, HostClock.monotonicSeconds() < limit else { throw error }
                usleep(Self.pollMicroseconds)
            }
        }
    }

    private static let pollMicroseconds: UInt32 = 500_000

    /// The names in the folder, sorted. Throws `StoreError`.
    public func names() throws -> [String] { try FolderOperations.names(in: path) }

    /// Free bytes of the file system for this user. Throws `StoreError`.
    public func freeBytes() throws -> Int {
        var information = statvfs()
        guard unsafe statvfs(path.systemPath, &information) == 0 else {
            throw StoreError.from(errno: errno, "inspect", path)
        }
        // Some file systems report unlimited space.
        let (bytes, isMore) = Int(clamping: information.f_bavail)
            .multipliedReportingOverflow(by: Int(clamping: information.f_frsize))
        return isMore ? .max : bytes
    }
}
