import Folders
import Imaging

/// A recursive search of a named folder for image files by their extensions; no file is opened.
package struct FolderWalk {
    let folder: NamedFolder
    /// True skips and records links that lead out of the folder; false makes the first one an error.
    var leavesOutLinks = false
    private(set) var leftOut: [LinkFault] = []
    /// Skipped folders of results that Nominal wrote, relative to the folder that was walked.
    private(set) var resultFolders: [String] = []

    init(_ folder: NamedFolder, leavesOutLinks: Bool = false) {
        (self.folder, self.leavesOutLinks) = (folder, leavesOutLinks)
    }

    /// Visits every file below a folder, each folder sorted by name.
    ///
    /// - Parameter visit: receives a name relative to `path`, and true if it has an image extension.
    mutating func files(
        below path: String, _ visit: (_ name: String, _ isImage: Bool) -> Void
    ) throws(DatasetError) {
        try FolderWalk.requireFolder(path)
        if let marked = ResultsMarker.folder(holding: path) { throw .results(folder: path, marked: marked) }
        guard try isPermitted(path) else { return }
        try walk(path, prefix: "", above: [], visit)
    }

    /// The names of the permitted subfolders of a folder, sorted.
    mutating func folders(in path: String) throws(DatasetError) -> [String] {
        guard try isPermitted(path) else { return [] }
        var found: [String] = []
        for name in try FolderWalk.entries(path)
        where try FolderWalk.isFolder(path + "/" + name) && !ResultsMarker.isIn(path + "/" + name) {
            if try isPermitted(path + "/" + name) { found.append(name) }
        }
        return found
    }

    /// - Parameter above: the ancestors of this folder with links resolved, to detect cycles.
    private mutating func walk(
        _ path: String, prefix: String, above: [String], _ visit: (_ name: String, _ isImage: Bool) -> Void
    ) throws(DatasetError) {
        let place = NamedFolder.place(of: path) ?? path
        if above.contains(place) {
            throw .link(LinkFault(link: path, target: place, folder: folder.path, kind: .leadsBack))
        }
        for name in try FolderWalk.entries(path) {
            let entry = path + "/" + name
            let found = try FolderWalk.inspect(entry)
            if found?.kind == .folder, ResultsMarker.isIn(entry) {
                resultFolders.append(prefix + name)
            } else if found?.kind == .folder {
                if found?.isLink == true, try !isPermitted(entry) { continue }
                try walk(entry, prefix: prefix + name + "/", above: above + [place], visit)
            } else if FolderWalk.isImage(name) {
                if found?.isLink == true, try !isPermitted(entry) { continue }
                visit(prefix + name, true)
            } else {
                visit(prefix + name, false)
            }
        }
    }

    private mutating func isPermitted(_ path: String) throws(DatasetError) -> Bool {
        do throws(LinkFault) {
            try folder.permit(path)
            return true
        } catch {
            guard leavesOutLinks else { throw .link(error) }
            leftOut.append(error)
            return false
        }
    }

    package static func isImage(_ name: String) -> Bool {
        guard let dot = name.lastIndex(of: ".") else { return false }
        return ImageDecoder.readableExtensions.contains(name[name.index(after: dot)...].lowercased())
    }

    package static func isFolder(_ path: String) throws(DatasetError) -> Bool { try inspect(path)?.kind == .folder }

    /// True if there is a file at the path, also by a link.
    static func isFile(_ path: String) -> Bool { (try? NamedFolder.inspect(path))?.kind == .file }

    /// - Throws: `missingFolder`, or `notAFolder` for a file.
    static func requireFolder(_ path: String) throws(DatasetError) {
        guard let found = try inspect(path) else { throw .missingFolder(path: path, what: "a folder of images") }
        if found.kind != .folder { throw .notAFolder(path: path) }
    }

    private static func inspect(_ path: String) throws(DatasetError) -> (kind: NamedFolder.Kind, isLink: Bool)? {
        do throws(ListingFault) {
            return try NamedFolder.inspect(path)
        } catch {
            throw .unreadableFolder(path: path, reason: error.reason)
        }
    }

    /// The names in a folder, sorted, without hidden ones.
    package static func entries(_ folder: String) throws(DatasetError) -> [String] {
        do throws(ListingFault) {
            return try FolderListing.visibleNames(in: folder)
        } catch {
            throw .unreadableFolder(path: folder, reason: error.reason)
        }
    }
}
