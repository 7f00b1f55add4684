import Folders

/// The files below a folder, by their names.
struct FileTree {
    /// Of the files with a wanted extension, by their names below the folder without it.
    private(set) var paths: [String: String] = [:]
    /// Names of the other files.
    private(set) var otherFiles: [String] = []
    private let named: NamedFolder
    private let extensions: Set<String>

    /// Finds nothing where there is no such folder.
    ///
    /// - Parameters:
    ///   - named: which everything has to lie in.
    ///   - extensions: in lower case.
    /// - Throws: `EvaluationError` for links that lead out or back, and for two files that differ only in their extension.
    init(_ named: NamedFolder, _ folder: String, extensions: Set<String>) throws(EvaluationError) {
        (self.named, self.extensions) = (named, extensions)
        guard try FileTree.inspect(folder)?.kind == .folder else { return }
        try permit(folder)
        try walk(folder, prefix: "", above: [])
    }

    /// - Parameter above: the folders that led here, each without links.
    private mutating func walk(_ folder: String, prefix: String, above: [String]) throws(EvaluationError) {
        let place = NamedFolder.place(of: folder) ?? folder
        if above.contains(place) {
            throw .link(LinkFault(link: folder, target: place, folder: named.path, kind: .leadsBack))
        }
        for name in try FileTree.entries(folder) {
            let path = folder + "/" + name
            let found = try FileTree.inspect(path)
            let dot = name.lastIndex(of: ".")
            let isWanted = dot.map { extensions.contains(name[name.index(after: $0)...].lowercased()) } ?? false
            if found?.kind == .folder {
                if found?.isLink == true { try permit(path) }
                try walk(path, prefix: prefix + name + "/", above: above + [place])
            } else if isWanted, let dot {
                if found?.isLink == true { try permit(path) }
                if let other = paths.updateValue(path, forKey: prefix + name[..<dot]) {
                    throw .sameStem(first: other, second: path)
                }
            } else {
                otherFiles.append(prefix + name)
            }
        }
    }

    private func permit(_ path: String) throws(EvaluationError) {
        do throws(LinkFault) { try named.permit(path) } catch { throw .link(error) }
    }

    /// The folders in a folder, by their names.
    static func folders(in folder: String) throws(EvaluationError) -> [String] {
        var names: [String] = []
        for name in try entries(folder) where try isFolder(folder + "/" + name) { names.append(name) }
        return names
    }

    static func isFolder(_ path: String) throws(EvaluationError) -> Bool { try inspect(path)?.kind == .folder }

    private static func inspect(_ path: String) throws(EvaluationError) -> (kind: NamedFolder.Kind, isLink: Bool)? {
        do throws(ListingFault) {
            return try NamedFolder.inspect(path)
        } catch {
            throw .unreadable(path: path, reason: error.reason)
        }
    }

    /// Names in a folder without hidden ones, sorted.
    static func entries(_ folder: String) throws(EvaluationError) -> [String] {
        do throws(ListingFault) {
            return try FolderListing.visibleNames(in: folder)
        } catch {
            throw .unreadable(path: folder, reason: error.reason)
        }
    }
}
