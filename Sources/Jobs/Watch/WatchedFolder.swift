import Datasets
import Folders
import Glibc

/// The images of a folder that fills. A file that cannot be scored does not end the watch; it is reported once.
package struct WatchedFolder {
    private let folder: NamedFolder
    private var reported: Set<String> = []

    package init(_ folder: NamedFolder) { self.folder = folder }

    /// True if nothing is at the path; false if the file system does not say.
    private static func isGone(_ path: String) -> Bool {
        do { return try NamedFolder.inspect(path) == nil } catch { return false }
    }

    /// Reads the folder, without links that lead out of it, files without the permission to read them, and images whose
    /// results have the name of another's.
    ///
    /// - Parameters:
    ///   - isFinished: true for an image that has results, which those of another image do not replace.
    ///   - note: receives a sentence for each new fault.
    /// - Returns: nil if a folder vanished meanwhile; then the folder is to be read again.
    /// - Throws: `DatasetError` if the folder itself is missing, or a folder cannot be read.
    package mutating func images(
        isFinished: (String) -> Bool, note: (String) -> Void
    ) throws(DatasetError) -> SourceCategory? {
        var category: SourceCategory
        do throws(DatasetError) {
            category = try DatasetScan.textures(below: folder, leavesOutLinks: true)
        } catch {
            guard case .unreadableFolder(let path, _) = error, path != folder.path, Self.isGone(path) else {
                throw error
            }
            return nil
        }
        var faults = category.refusedLinks.map { "skipped: \($0)" }
        let shared = category.removeSharedResultNames(isFirst: isFinished)
        faults += shared.map {
            "skipped: \($0.second): its results would have the name of those of \($0.first); rename it"
        }
        category.images.removeAll { image in
            guard unsafe access(image.path.systemPath, R_OK) != 0, errno == EACCES else { return false }
            faults.append("skipped: \(image.file): no permission to read it")
            return true
        }
        for fault in faults where reported.insert(fault).inserted { note(fault) }
        return category
    }
}
