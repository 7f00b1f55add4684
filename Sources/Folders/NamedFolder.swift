import Glibc

/// A folder that somebody named, and with it what may be read: what lies in it, and what links in it lead to, as long as that
/// lies in it too.
///
/// The folder itself may be a link: who names it, names what it leads to.
public struct NamedFolder: Sendable, Hashable {
    /// What lies at a path, links followed.
    public enum Kind: Sendable { case folder, file }

    /// As it was named.
    public let path: String
    /// True if links may lead out of it, as they do in data that is managed by tools such as DVC or git-annex.
    public let followsLinks: Bool
    /// Where it lies, without links; nil where there is no such folder, which then holds nothing.
    private let place: String?

    public init(_ path: String, followsLinks: Bool = false) {
        (self.path, self.followsLinks) = (path, followsLinks)
        place = NamedFolder.place(of: path)
    }

    /// True if a file or folder may be read that lies at a place.
    ///
    /// - Parameter place: an absolute path without links.
    public func holds(_ place: String) -> Bool {
        if followsLinks { return true }
        guard let own = self.place else { return false }
        // Byte by byte: texts that look the same may be different folders.
        return place.utf8.elementsEqual(own.utf8) || place.utf8.starts(with: (own == "/" ? own : own + "/").utf8)
    }

    /// Makes sure that what lies at a path in this folder lies in it when links have been followed. What is not there is
    /// permitted: it cannot be read either.
    ///
    /// - Throws: `LinkFault`, which names the link.
    public func permit(_ path: String) throws(LinkFault) {
        guard !followsLinks, let place = NamedFolder.place(of: path), !holds(place) else { return }
        throw LinkFault(link: link(onTheWayTo: path), target: place, folder: self.path, kind: .leadsOut)
    }

    /// What lies at a path, and whether that is a link; nil for what is not there, leads nowhere, or may not be looked at.
    ///
    /// - Throws: `ListingFault` where the system does not say: a file server that does not answer, or a disk that cannot be read,
    ///   may hold it all the same.
    public static func inspect(_ path: String) throws(ListingFault) -> (kind: Kind, isLink: Bool)? {
        var information = stat()
        let systemPath = path.systemPath
        func isThere(_ result: Int32) throws(ListingFault) -> Bool {
            guard result != 0 else { return true }
            guard isAbsence(errno) else { throw ListingFault(folder: path, code: errno) }
            return false
        }
        guard try isThere(unsafe lstat(systemPath, &information)) else { return nil }
        let isLink = information.st_mode & S_IFMT == S_IFLNK
        if isLink {
            guard try isThere(unsafe stat(systemPath, &information)) else { return nil }
        }
        return (information.st_mode & S_IFMT == S_IFDIR ? .folder : .file, isLink)
    }

    /// True if an error of the system means that there is nothing for this user at a path.
    static func isAbsence(_ code: Int32) -> Bool {
        [ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, EACCES, EPERM].contains(code)
    }

    /// True if a file or folder is certainly there; a link counts for what it leads to.
    public static func exists(_ path: String) -> Bool { (try? inspect(path)) != nil }

    /// When the file that a path leads to was last written, in seconds since 1970; nil where there is none.
    public static func modificationTime(_ path: String) -> Double? {
        var information = stat()
        guard unsafe stat(path.systemPath, &information) == 0 else { return nil }
        return Double(information.st_mtim.tv_sec) + Double(information.st_mtim.tv_nsec) / 1e9
    }

    /// True if this process may read the file.
    public static func isReadable(_ path: String) -> Bool { unsafe access(path.systemPath, R_OK) == 0 }

    /// The current folder, absolute and without links.
    public static var current: String { place(of: ".") ?? "/" }

    /// The absolute path without links of what a path leads to; nil where that is nowhere.
    public static func place(of path: String) -> String? {
        guard let found = unsafe realpath(path.systemPath, nil) else { return nil }
        defer { unsafe free(found) }
        return unsafe PathText.text(of: UnsafeRawBufferPointer(start: found, count: strlen(found)))
    }

    /// The first component below this folder that leads out of it.
    private func link(onTheWayTo path: String) -> String {
        let prefix = self.path.hasSuffix("/") ? self.path : self.path + "/"
        guard path.hasPrefix(prefix) else { return path }
        var way = self.path
        for component in path.dropFirst(prefix.count).split(separator: "/") {
            way += (way.hasSuffix("/") ? "" : "/") + component
            if let place = NamedFolder.place(of: way), !holds(place) { return way }
        }
        return path
    }
}
