import Glibc

/// Numbers that one holder at a time can take: locks on single bytes of an empty file. The kernel gives them back when the
/// process ends, however it ends, so there is nothing to clear up and nothing to time out.
///
/// They are open-file-description locks: they belong to this object, not to the process, and a second `LockFile` on the
/// same path is another holder, also within one process. Taking a number twice through one object succeeds twice.
final class LockFile: Sendable {
    /// `F_OFD_GETLK` and `F_OFD_SETLK` of fcntl.h, macros that Swift does not import.
    private static let query: Int32 = 36
    private static let set: Int32 = 37

    private let file: OpenFile

    /// The file is created when missing, in an existing folder.
    init(_ path: String) throws(StoreError) { file = try OpenFile(path, O_RDWR | O_CREAT) }

    /// Only to ask with. `nil` when there is no such file, and so no holder.
    init?(reading path: String) throws(StoreError) {
        do {
            file = try OpenFile(path, O_RDONLY)
        } catch {
            if error.isAbsence { return nil }
            throw error
        }
    }

    /// Takes a number unless someone else has it; says whether it has.
    func take(_ number: Int64) throws(StoreError) -> Bool {
        var lock = Self.byte(number, F_WRLCK)
        while unsafe fcntl(file.descriptor, Self.set, &lock) != 0 {
            if errno == EINTR { continue }
            guard errno == EAGAIN || errno == EACCES else { throw .from(errno: errno, "lock", file.path) }
            return false
        }
        return true
    }

    /// Gives a number back. One that was not taken is fine.
    func give(_ number: Int64) {
        var lock = Self.byte(number, F_UNLCK)
        _ = unsafe fcntl(file.descriptor, Self.set, &lock)
    }

    /// True if someone else has the number.
    func isHeldElsewhere(_ number: Int64) throws(StoreError) -> Bool {
        var lock = Self.byte(number, F_WRLCK)
        guard unsafe fcntl(file.descriptor, Self.query, &lock) == 0 else {
            throw .from(errno: errno, "inspect the locks of", file.path)
        }
        return Int32(lock.l_type) != F_UNLCK
    }

    /// True if someone else has a number that is as high or higher.
    func isHeldElsewhere(from number: Int64) throws(StoreError) -> Bool {
        var lock = Self.byte(number, F_WRLCK)
        lock.l_len = 0
        guard unsafe fcntl(file.descriptor, Self.query, &lock) == 0 else {
            throw .from(errno: errno, "inspect the locks of", file.path)
        }
        return Int32(lock.l_type) != F_UNLCK
    }

    private static func byte(_ number: Int64, _ type: Int32) -> flock {
        flock(l_type: Int16(type), l_whence: Int16(SEEK_SET), l_start: off_t(number), l_len: 1, l_pid: 0)
    }
}
