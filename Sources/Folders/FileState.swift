import Glibc

/// The properties of a file that change when it is written.
package struct FileState: Sendable, Equatable {
    package var sizeBytes, modifiedNanoseconds, inode: Int

    package init(sizeBytes: Int, modifiedNanoseconds: Int, inode: Int) {
        (self.sizeBytes, self.modifiedNanoseconds, self.inode) = (sizeBytes, modifiedNanoseconds, inode)
    }

    /// Follows links. Nil if the file cannot be inspected, such as one that has gone.
    package init?(of path: String) {
        var found = stat()
        guard unsafe stat(path.systemPath, &found) == 0 else { return nil }
        sizeBytes = Int(found.st_size)
        modifiedNanoseconds = found.st_mtim.tv_sec &* 1_000_000_000 &+ found.st_mtim.tv_nsec
        inode = Int(truncatingIfNeeded: found.st_ino)
    }
}
