import ContentStore
import Folders
import Foundation
import Glibc

/// Places for stores that are removed when a command ends. A program that is killed leaves its one behind; the next one removes it.
enum ScratchStore {
    private static let prefix = "nominal-reproduce-"
    /// A folder may be there a moment before its store is.
    private static let youngSeconds = 60.0

    /// Makes a folder for a new one, in the folder for temporary files, that no other user can look into.
    static func make(in parent: String = NSTemporaryDirectory()) throws -> String {
        let parent = parent.hasSuffix("/") ? String(parent.dropLast()) : parent
        // What cannot be cleared up now is cleared up by a later one.
        for name in (try? AtomicFile.names(in: parent)) ?? [] where name.hasPrefix(prefix) {
            let path = parent + "/" + name
            if isAbandoned(path, name) { try? AtomicFile.removeAll(path) }
        }
        return try AtomicFile.createSecretFolder("\(parent)/\(prefix)\(getpid())-\(UUID().uuidString)")
    }

    /// True if it is a folder of a user's own in which no program has a store open, and whose program has ended. Programs in
    /// another container may share the folder and not the numbers of processes: then its age tells.
    private static func isAbandoned(_ path: String, _ name: String) -> Bool {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            attributes[.type] as? FileAttributeType == .typeDirectory,
            attributes[.ownerAccountID] as? Int == Int(getuid()), (try? ContentStore.isInUse(path)) == false
        else { return false }
        let number = name.dropFirst(prefix.count).prefix { $0 != "-" }
        if let owner = pid_t(number), owner > 0, kill(owner, 0) != 0, errno == ESRCH { return true }
        guard let changed = attributes[.modificationDate] as? Date else { return false }
        return -changed.timeIntervalSinceNow > youngSeconds
    }
}
