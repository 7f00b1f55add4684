import Glibc
import Host

/// A folder that the user named. Only what lies in it may be read, after links are resolved.
///
/// The folder itself may be a link.
public struct NamedFolder: Sendable, Hashable {
    /// The kind of an entry, after links are resolved.
    public enum Kind: Sendable { case folder, file }

    /// The path as given.
    public let path: String
    /// True if links may lead out of the folder, as in data managed by DVC or git-annex.
    public let followsLinks: Bool
    /// The absolute link-free path; nil if the folder does not exist.
    private let place: String?

    public init(_ path: String, followsLinks: Bool = false) {
        (self.path, self.followsLinks) = (path, followsLinks)
        place = NamedFolder.place(of: path)
    }

    /// True if a file or folder may be read.
    ///
    /// - Parameter place: its absolute link-free path.
    public func holds(_ place: String) -> Bool {
        if followsLinks { return true }
        guard let own = self.place else { return false }
        // Compares bytes: texts that look equal may be different folders.
        return place.utf8.elementsEqual(own.utf8) || place.utf8.starts(with: (own == "/" ? own : own + "/").utf8)
    }

    /// Checks that a path in this folder stays in it after links are resolved. A missing file passes, since it cannot
    /// be read.
    ///
    /// - Throws: `LinkFault`, which names the link.
    public func permit(_ path: String) throws(LinkFault) {
        guard !followsLinks, let place = NamedFolder.place(of: path), !holds(place) else { return }
        throw LinkFault(link: link(onTheWayTo: path), target: place, folder: self.path, kind: .leadsOut)
    }

    /// The kind of an entry, and whether it is a link; nil if it is missing, dangling or inaccessible.
    ///
    /// - Throws: `ListingFault` if the system does not answer: the entry may exist on a server that is down or a disk
    ///   that is broken.
    public static func inspect(_ path: String) throws(ListingFault) -> (kind: Kind, isLink: Bool)? {
        var information = stat()
        let systemPath = path.systemPath
        func isThere(_ result: Int32) throws(ListingFault) -> Bool {
            guard result != 0 else { return true }
            guard SystemReason.isUnreachable(errno) else { throw ListingFault(folder: path, code: errno) }
            return false
        }
        guard try isThere(unsafe lstat(systemPath, &information)) else { return nil }
        let isLink = information.st_mode & S_IFMT == S_IFLNK
        if isLink {
            guard try isThere(unsafe stat(systemPath, &information)) else { return nil }
        }
        return (information.st_mode & S_IFMT == S_IFDIR ? .folder : .file, isLink)
    }

    /// True if a file or folder certainly exists, after links are resolved.
    public static func exists(_ path: String) -> Bool { (try? inspect(path)) != nil }

    /// The current folder, absolute and link-free.
    public static var current: String { place(of: ".") ?? "/" }

    /// The absolute link-free path; nil if it leads nowhere.
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

/// A symbolic link that is not followed.
public struct LinkFault: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Sendable {
        /// The target lies outside the named folder.
        case leadsOut
        /// The target contains the link, so that a walk would not end.
        case leadsBack
    }

    public let link: String
    /// The link-free target.
    public let target: String
    /// The folder named in a manifest or on the command line.
    public let folder: String
    public let kind: Kind

    public init(link: String, target: String, folder: String, kind: Kind) {
        (self.link, self.target, self.folder, self.kind) = (link, target, folder, kind)
    }

    public var description: String {
        switch kind {
        case .leadsOut:
            "\(link) is a link to \(target), outside the folder \(folder); links out of a folder are not followed: "
                + "put the files themselves there, or allow links: \"links\": \"follow\" in the "
                + "manifest's dataset, or --follow-links on the command line"
        case .leadsBack:
            "\(link) is a link back to its parent \(target), so a search of \(folder) would not end; "
                + "remove the link"
        }
    }
}
