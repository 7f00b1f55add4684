import Folders
import Glibc
import Host

/// Metadata that shows, without reading it, whether a file has changed. Programs cannot set the change time, so an edit
/// that restores size and modification time still shows.
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

    /// Nil if nothing exists at the path.
    init?(path: String, followsLinks: Bool = true) throws(StoreError) {
        var information = stat()
        let systemPath = path.systemPath
        if unsafe (followsLinks ? stat(systemPath, &information) : lstat(systemPath, &information)) != 0 {
            if SystemReason.isAbsence(errno) { return nil }
            throw .from(errno: errno, "inspect", path)
        }
        self.init(information)
    }

    /// True if this is the same file with the same content, possibly renamed or with another mode.
    func isContinuation(of earlier: FileSignature) -> Bool {
        (sizeBytes, modifiedNanoseconds, inode, device)
            == (earlier.sizeBytes, earlier.modifiedNanoseconds, earlier.inode, earlier.device)
    }

    /// Files can have times that do not fit nanoseconds since 1970; those are clamped so that their distance from now
    /// still fits.
    private static func nanoseconds(_ time: timespec) -> Int64 {
        let limit = Int64.max / 2
        let (whole, overflows) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        if overflows { return time.tv_sec < 0 ? -limit : limit }
        return min(max(whole, -limit), limit - 1_000_000_000) + Int64(time.tv_nsec)
    }
}
