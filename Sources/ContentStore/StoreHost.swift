import Folders
import Glibc

/// The machine whose programs have a store open. Its database keeps its journal in memory that they share, so those of another
/// one would not see what these write, and would damage it, also where the file system passes locks from one to the other.
///
/// Kept in a file beside the locks: the machine's name, for messages, and the number that its kernel drew when it started, which
/// containers on it share, as they share its memory.
struct StoreHost: Equatable {
    let name: String
    let bootIdentifier: String

    static let current = StoreHost(
        name: HostDescription.current.name,
        bootIdentifier: (try? lines(of: "/proc/sys/kernel/random/boot_id"))?.first ?? "unknown")
    private static let limitBytes = 4096

    /// True if it is this machine, under whatever name.
    var isCurrent: Bool { bootIdentifier == Self.current.bootIdentifier }

    /// The one that had the store open last; `nil` where that is not known. Throws where the file is there and cannot be read:
    /// then another machine may well have the store open.
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

    /// To be called while no other program opens the store. Not durable: no program survives a failure of power.
    func record(in lockFolder: String) throws(StoreError) {
        let path = lockFolder + "/host"
        let bytes = Array("\(bootIdentifier)\n\(name)\n".utf8)
        do {
            try OpenFile(path + ".new", O_WRONLY | O_CREAT | O_TRUNC).write(bytes)
            try FolderOperations.move(path + ".new", to: path)
        } catch .diskFull {
            // A full store has to open all the same, so that space can be freed in it.
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
