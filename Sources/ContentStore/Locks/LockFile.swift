import Glibc
import Host
import Synchronization

/// Numbers with at most one holder each: locks on single bytes of an empty file. The kernel releases them when the
/// process ends in any way, so nothing needs cleanup or timeouts.
///
/// They are open-file-description locks: they belong to this object, not to the process. A second `LockFile` on the
/// same path is another holder, even within one process. Taking a number twice through one object succeeds.
final class LockFile: Sendable {
    /// `F_OFD_GETLK` and `F_OFD_SETLK` of fcntl.h, macros that Swift does not import.
    private static let query: Int32 = 36
    private static let set: Int32 = 37

    private let file: OpenFile

    /// Creates the file if missing, in an existing folder.
    init(_ path: String) throws(StoreError) { file = try OpenFile(path, O_RDWR | O_CREAT) }

    /// For queries only. Nil if the file does not exist, so that there is no holder.
    init?(reading path: String) throws(StoreError) {
        do {
            file = try OpenFile(path, O_RDONLY)
        } catch {
            if error.isAbsence { return nil }
            throw error
        }
    }

    /// Takes a number. Returns false if it is held elsewhere.
    func take(_ number: Int64) throws(StoreError) -> Bool {
        var lock = Self.byte(number, F_WRLCK)
        while unsafe fcntl(file.descriptor, Self.set, &lock) != 0 {
            if errno == EINTR { continue }
            guard errno == EAGAIN || errno == EACCES else { throw .from(errno: errno, "lock", file.path) }
            return false
        }
        return true
    }

    /// Releases a number, taken or not.
    func give(_ number: Int64) {
        var lock = Self.byte(number, F_UNLCK)
        _ = unsafe fcntl(file.descriptor, Self.set, &lock)
    }

    /// True if another holder has the number.
    func isHeldElsewhere(_ number: Int64) throws(StoreError) -> Bool {
        try isHeldElsewhere(Self.byte(number, F_WRLCK))
    }

    /// True if another holder has this number or a higher one.
    func isHeldElsewhere(from number: Int64) throws(StoreError) -> Bool {
        var lock = Self.byte(number, F_WRLCK)
        lock.l_len = 0
        return try isHeldElsewhere(lock)
    }

    private func isHeldElsewhere(_ lock: flock) throws(StoreError) -> Bool {
        var lock = lock
        guard unsafe fcntl(file.descriptor, Self.query, &lock) == 0 else {
            throw .from(errno: errno, "inspect the locks of", file.path)
        }
        return Int32(lock.l_type) != F_UNLCK
    }

    private static func byte(_ number: Int64, _ type: Int32) -> flock {
        flock(l_type: Int16(type), l_whence: Int16(SEEK_SET), l_start: off_t(number), l_len: 1, l_pid: 0)
    }
}

/// A `LockFile` for many numbers, spread over several files: the kernel scans all locks of a file for each operation.
final class LockFiles: Sendable {
    private static let count = 64
    /// True if open files are so scarce that those without a taken number must be closed.
    private static let isFrugal = OpenFileLimit.share(of: count) < count

    private struct Entry {
        let file: LockFile
        /// Numbers that this object has taken: closing the file would release them.
        var taken: Set<Int64> = []
    }

    private let path: String
    /// Opened on first use.
    private let files = Mutex<[Int: Entry]>([:])

    /// Creates the files `path`-NUMBER if missing, in an existing folder.
    init(_ path: String) { self.path = path }

    /// Takes a number. Returns false if it is held elsewhere.
    func take(_ number: Int64) throws(StoreError) -> Bool {
        try using(number) { entry throws(StoreError) in
            guard try entry.file.take(number) else { return false }
            entry.taken.insert(number)
            return true
        }
    }

    /// Releases a taken number.
    func give(_ number: Int64) {
        try? using(number) { entry throws(StoreError) in
            entry.file.give(number)
            entry.taken.remove(number)
        }
    }

    /// True if another holder has the number.
    func isHeldElsewhere(_ number: Int64) throws(StoreError) -> Bool {
        try using(number) { entry throws(StoreError) in try entry.file.isHeldElsewhere(number) }
    }

    private func using<Value>(
        _ number: Int64, _ body: (inout Entry) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        let index = Int(number % Int64(Self.count))
        return try files.withLock { files throws(StoreError) in
            var entry: Entry
            if let known = files[index] {
                entry = known
            } else {
                entry = Entry(file: try LockFile("\(path)-\(index)"))
            }
            defer { files[index] = Self.isFrugal && entry.taken.isEmpty ? nil : entry }
            return try body(&entry)
        }
    }
}

/// The exclusive right to write to a folder: a `flock` on the folder itself, which needs no file and ends with the
/// process.
public final class FolderLock: Sendable {
    private let folder: OpenFile

    /// Waits for another holder. The folder must exist.
    public init(_ path: String) throws {
        folder = try OpenFile(path, O_RDONLY | O_DIRECTORY)
        while flock(folder.descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw StoreError.from(errno: errno, "lock", path) }
        }
    }
}

/// Polling for what another process holds.
enum Waiting {
    /// Calls `attempt` until it returns a value; nil after `limitSeconds`.
    ///
    /// - Parameter onWait: called once, after `quietSeconds`.
    static func attempt<Value>(
        limitSeconds: Double, pollMicroseconds: UInt32, quietSeconds: Double = 0, onWait: () -> Void = {},
        _ attempt: () throws(StoreError) -> Value?
    ) throws(StoreError) -> Value? {
        let start = HostClock.monotonicSeconds()
        var hasAnnounced = false
        while true {
            if let value = try attempt() { return value }
            let waited = HostClock.monotonicSeconds() - start
            guard waited < limitSeconds else { return nil }
            if !hasAnnounced, waited >= quietSeconds {
                onWait()
                hasAnnounced = true
            }
            usleep(pollMicroseconds)
        }
    }
}
