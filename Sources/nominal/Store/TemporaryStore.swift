import Audit
import ContentStore
import Foundation
import Glibc
import Pipeline

/// Folders for temporary stores. A killed program leaves its folder behind; the next call removes it.
enum TemporaryStore {
    private static let prefix = "nominal-reproduce-"
    /// The time between the creation of a folder and of its store.
    private static let youngSeconds = 60.0

    /// Creates a folder that other users cannot read.
    static func make(in parent: String = NSTemporaryDirectory()) throws -> String {
        let parent = parent.hasSuffix("/") ? String(parent.dropLast()) : parent
        // Folders that cannot be removed now are left to a later call.
        for name in (try? AtomicFile.names(in: parent)) ?? [] where name.hasPrefix(prefix) {
            let path = parent + "/" + name
            if isAbandoned(path, name) { try? AtomicFile.removeAll(path) }
        }
        return try AtomicFile.createSecretFolder("\(parent)/\(prefix)\(getpid())-\(UUID().uuidString)")
    }

    /// True if the folder belongs to this user, no program has its store open, and its program has ended. Programs in
    /// another container share the folder but not process numbers; for these, the age of the folder decides.
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
