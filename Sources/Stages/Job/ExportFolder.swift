import ContentStore
import Foundation

/// A run's folder: brought to what an export plan says, writing only what differs and removing what an earlier export wrote
/// and this one does not.
public struct ExportFolder {
    /// The list of exported files with their digests: what a later export compares with.
    static let listName = "exports.json"

    private static let probeName = ".writable"

    public let path: String

    /// Creates the folder and makes sure that it can be written to, before hours of work depend on it.
    ///
    /// - Throws: `ExportError.notWritable`.
    public init(path: String) throws {
        self.path = path
        do {
            try AtomicFile.createFolder(path)
            let lock = try FolderLock(path)
            defer { withExtendedLifetime(lock) {} }
            let probe = path + "/" + ExportFolder.probeName
            _ = try AtomicFile.write([], to: probe, onlyIfChanged: false)
            try FileManager.default.removeItem(atPath: probe)
        } catch {
            throw ExportError.notWritable(
                path: path, reason: "\((error as? StoreError)?.description ?? (error as NSError).localizedDescription)")
        }
    }

    /// - Parameter isComplete: false after a run that failed or was stopped: then the results of an earlier one stay.
    /// - Returns: how many files were written and removed.
    public func export(
        _ plan: ExportPlan, from store: ContentStore, isComplete: Bool
    ) throws -> (written: Int, removed: Int) {
        // Two runs with the same folder must not leave a mixture: the later export is the one that stands.
        let lock = try FolderLock(path)
        defer { withExtendedLifetime(lock) {} }
        try removeLeftovers(plan)
        var written = 0
        var folders = Set<String>()
        let present = plan.files.filter { FileManager.default.fileExists(atPath: path + "/" + $0.path) }
        let digests = try store.sourceDigests(paths: present.map { path + "/" + $0.path })
        let unchanged = Set(zip(present, digests).filter { $0.0.digest == $0.1 }.map(\.0.path))
        for file in plan.files where !unchanged.contains(file.path) {
            let target = path + "/" + file.path
            let folder = String(target[..<(target.lastIndex(of: "/") ?? target.endIndex)])
            if folders.insert(folder).inserted {
                try AtomicFile.createFolder(folder)
            }
            if try AtomicFile.place(copyOf: try store.verifiedPath(file.digest), at: target, onlyIfChanged: true) {
                written += 1
            }
        }
        let former = formerList()
        let exported = Dictionary(plan.files.map { ($0.path, $0.digest.hex) }) { first, _ in first }
        let removed = isComplete ? remove(former.keys.filter { exported[$0] == nil }) : 0
        let list = isComplete ? exported : former.merging(exported) { $1 }
        _ = try AtomicFile.write(
            try StageJSON.pretty(list), to: path + "/" + ExportFolder.listName, onlyIfChanged: true)
        return (written, removed)
    }

    private func formerList() -> [String: String] {
        let list = path + "/" + ExportFolder.listName
        guard let bytes = try? AtomicFile.read(list, limitBytes: RunFolder.sizeLimitBytes) else { return [:] }
        return (try? StageJSON.decode([String: String].self, bytes)) ?? [:]
    }

    /// What a run that was killed while it wrote left behind.
    private func removeLeftovers(_ plan: ExportPlan) throws {
        let own = [ExportFolder.listName, ExportFolder.probeName, RunTiming.jsonName, RunTiming.pageName]
        var names: [String: Set<String>] = [path: Set(own)]
        for file in plan.files {
            let target = path + "/" + file.path
            names[(target as NSString).deletingLastPathComponent, default: []].insert(
                (target as NSString).lastPathComponent)
        }
        for (folder, files) in names where FileManager.default.fileExists(atPath: folder) {
            try AtomicFile.removeLeftovers(of: files, in: folder)
        }
    }

    /// Removes files that the list of the last export names. Nothing else is ever removed.
    private func remove(_ files: [String]) -> Int {
        var removed = 0
        let root = ExportFolder.resolved(path)
        for former in files.sorted() {
            // The list is a file that anybody may have edited: it must not lead out of the folder.
            guard !former.hasPrefix("/"), !former.split(separator: "/").contains("..") else { continue }
            let target = path + "/" + former
            let folder = ExportFolder.resolved((target as NSString).deletingLastPathComponent)
            guard (folder + "/").hasPrefix(root + "/") else { continue }
            if unsafe unlink(target) == 0 { removed += 1 }
        }
        return removed
    }

    /// The folder itself, whatever links lead to it.
    private static func resolved(_ folder: String) -> String {
        URL(filePath: folder).resolvingSymlinksInPath().path
    }
}

/// Why results cannot be exported.
public enum ExportError: Error, Equatable, Sendable, CustomStringConvertible {
    case notWritable(path: String, reason: String)

    public var description: String {
        switch self {
        case .notWritable(let path, let reason):
            "\(path): cannot write here (\(reason)); correct the permissions, or choose another folder with --output"
        }
    }
}
