import Glibc

/// One process at a time writes to a folder: a `flock` on the folder itself, which leaves no file in it and ends with the
/// process.
public final class FolderLock: Sendable {
    private let folder: OpenFile

    /// Waits for whoever has the lock. The folder must exist.
    public init(_ path: String) throws {
        folder = try OpenFile(path, O_RDONLY | O_DIRECTORY)
        while flock(folder.descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw StoreError.from(errno: errno, "lock", path) }
        }
    }
}
