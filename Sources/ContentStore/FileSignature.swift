import Folders
import Glibc

/// What tells, without reading it, that a file is still the one seen before. The change time cannot be set by
/// programs, so an edit that restores size and modification time still shows.
struct FileSignature: Equatable, Sendable {
    let sizeBytes: Int64
    let modifiedNanoseconds: Int64
    let changedNanoseconds: Int64
    let inode: Int64
    let device: Int64
    let linkCount: Int
    let isRegular: Bool

    init(_ information: stat) {
        sizeBytes = Int64(information.st_size)
        modifiedNanoseconds = Self.nanoseconds(information.st_mtim)
        changedNanoseconds = Self.nanoseconds(information.st_ctim)
        inode = Int64(bitPattern: UInt64(information.st_ino))
        device = Int64(bitPattern: UInt64(information.st_dev))
        linkCount = Int(information.st_nlink)
        isRegular = information.st_mode & S_IFMT == S_IFREG
    }

    /// `nil` when nothing is there. Follows symbolic links.
    init?(path: String) throws(StoreError) {
        var information = stat()
        if unsafe stat(path.systemPath, &information) != 0 {
            if SystemError.isAbsence(errno) { return nil }
            throw .from(errno: errno, "inspect", path)
        }
        self.init(information)
    }

    /// True if this is the same file with the same content, though its name or its mode has been changed since.
    func isContinuation(of earlier: FileSignature) -> Bool {
        (sizeBytes, modifiedNanoseconds, inode, device)
            == (earlier.sizeBytes, earlier.modifiedNanoseconds, earlier.inode, earlier.device)
    }

    /// Anybody may give a file a time that nanoseconds since 1970 cannot hold; it counts as the last or first one whose
    /// distance from the present they can.
    private static func nanoseconds(_ time: timespec) -> Int64 {
        let limit = Int64.max / 2
        let (whole, overflows) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        if overflows { return time.tv_sec < 0 ? -limit : limit }
        return min(max(whole, -limit), limit - 1_000_000_000) + Int64(time.tv_nsec)
    }
}
