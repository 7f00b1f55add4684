import Folders

/// The files below a folder.
struct FileTree {
    /// Paths of the files with one of the extensions, keyed by the path below the folder without its extension.
    private(set) var paths: [String: String] = [:]
    /// The other files, by their paths below the folder.
    private(set) var otherFiles: [String] = []
    private let named: NamedFolder
    private let extensions: Set<String>

    /// Lists a folder; empty if the folder does not exist.
    ///
    /// - Parameters:
    ///   - named: The folder that must contain everything.
    ///   - extensions: In lower case.
    /// - Throws: `EvaluationError` if a link leads outside or back, or if two files differ only in their extension.
    init(_ named: NamedFolder, _ folder: String, extensions: Set<String>) throws(EvaluationError) {
        (self.named, self.extensions) = (named, extensions)
        guard try FileTree.inspect(folder)?.kind == .folder else { return }
        try permit(folder)
        try walk(folder, prefix: "", above: [])
    }

    /// - Parameter above: The parent folders, with links resolved.
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

    /// The names of the subfolders.
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

    /// The names of visible entries, sorted.
    static func entries(_ folder: String) throws(EvaluationError) -> [String] {
        do throws(ListingFault) {
            return try FolderListing.visibleNames(in: folder)
        } catch {
            throw .unreadable(path: folder, reason: error.reason)
        }
    }
}
