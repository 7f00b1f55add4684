import Folders
import Glibc
import Host

/// The machine whose programs have a store open. SQLite's journal index lies in their shared memory: programs of
/// another machine would not see these writes and would damage the database, even on a file system that shares locks.
///
/// Stored in a file beside the locks: the machine's name, for messages, and the boot identifier of its kernel, which is
/// equal for all containers of the machine, as their shared memory is.
struct StoreHost: Equatable {
    let name: String
    let bootIdentifier: String

    static let current = StoreHost(
        name: HostDescription.current.name,
        bootIdentifier: (try? lines(of: "/proc/sys/kernel/random/boot_id"))?.first ?? "unknown")
    private static let limitBytes = 4096

    /// True if it is this machine, under any name.
    var isCurrent: Bool { bootIdentifier == Self.current.bootIdentifier }

    /// The machine that had the store open last; nil if unknown. Throws if the file exists and is unreadable, because
    /// another machine may have the store open then.
    init?(lockFolder: String) throws(StoreError) {
        let lines: [String]
        do {
            lines = try Self.lines(of: lockFolder + "/host")
        } catch {
            guard error.isAbsence else { throw error }
            return nil
        }
        guard lines.count == 2 else { return nil }
        (bootIdentifier, name) = (lines[0], lines[1])
    }

    init(name: String, bootIdentifier: String) { (self.name, self.bootIdentifier) = (name, bootIdentifier) }

    /// Must be called while no other program opens the store. Not durable: no program survives a power failure.
    func record(in lockFolder: String) throws(StoreError) {
        let path = lockFolder + "/host"
        let bytes = Array("\(bootIdentifier)\n\(name)\n".utf8)
        do {
            try OpenFile(path + ".new", O_WRONLY | O_CREAT | O_TRUNC).write(bytes)
            try FolderOperations.move(path + ".new", to: path)
        } catch .diskFull {
            // A full store has to open, so that space in it can be freed.
            unsafe unlink((path + ".new").systemPath)
            if (try? OpenFile(path, O_WRONLY | O_CREAT | O_TRUNC).write(bytes)) == nil {
                unsafe unlink(path.systemPath)
            }
        }
    }

    private static func lines(of path: String) throws(StoreError) -> [String] {
        let bytes = try OpenFile.reading(path).readAll(limitBytes: limitBytes)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
