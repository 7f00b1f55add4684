import ContentStore
import Folders
import Foundation

/// Places for stores that are removed when a command ends. A program that is killed leaves its one behind; the next one removes it.
enum ScratchStore {
    private static let prefix = "nominal-reproduce-"
    /// A folder may be there a moment before its store is.
    private static let youngSeconds = 60.0

    /// A path for a new one, in the folder for temporary files.
    static func place(in parent: String = NSTemporaryDirectory()) throws -> String {
        let parent = parent.hasSuffix("/") ? String(parent.dropLast()) : parent
        for name in (try? FolderListing.names(in: parent)) ?? [] where name.hasPrefix(prefix) {
            let path = parent + "/" + name
            if isAbandoned(path) { try? AtomicFile.removeAll(path) }
        }
        return parent + "/" + prefix + UUID().uuidString
    }

    /// Whether it is a folder of a user's own in which no program has a store open.
    private static func isAbandoned(_ path: String) -> Bool {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            attributes[.type] as? FileAttributeType == .typeDirectory,
            attributes[.ownerAccountID] as? Int == Int(getuid()),
            let changed = attributes[.modificationDate] as? Date, -changed.timeIntervalSinceNow > youngSeconds
        else { return false }
        return (try? ContentStore.isInUse(path)) == false
    }
}
