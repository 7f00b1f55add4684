import Folders
import Glibc

/// Writes paths for places where they are kept: without the folders of whoever wrote them.
///
/// - `relative`: a path in the manifest's folder from there on; one in a named folder from that folder's own name on; of any
///   other the last name. The current folder is no base: where it is the root or a home, most of the path would stay.
/// - `digest`: a named folder as a digest, with the path in it; any other as a digest. Names in named folders stay, as results
///   are of no use without the names of their images.
public struct PathRedaction: Sendable {
    public enum Style: Sendable { case relative, digest }

    private let style: Style
    private let base: String?
    /// Absolute, the longest first.
    private let named: [String]
    /// Texts that begin a path, the longest first: absolute ones, and relative ones as they were given.
    private let beginnings: [String]

    /// - Parameters:
    ///   - base: the folder of the manifest, absolute; nil where there is none.
    ///   - named: folders of images, absolute.
    ///   - others: further folders that texts may name, such as the store's, as they were given.
    public init(_ style: Style, base: String?, named: [String], others: [String] = []) {
        func clean(_ path: String) -> String { path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path }
        func sorted(_ paths: [String]) -> [String] {
            Set(paths).sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
        }
        self.style = style
        self.base = base.map(clean)
        self.named = sorted(named.map(clean))
        let folders = (named + others + [base, PathRedaction.currentFolder, PathRedaction.home].compactMap { $0 })
        // Texts name the places that links lead to as well.
        let places = folders.compactMap { NamedFolder.place(of: $0) }
        beginnings = sorted((folders + places).map(clean)).filter { $0.utf8.count > 2 && $0.contains("/") }
    }

    /// A path as it is kept.
    public func path(_ path: String) -> String {
        let absolute = PathRedaction.absolute(path)
        let isInBase = base.map { PathRedaction.lies(absolute, in: $0) } ?? false
        if let folder = named.first(where: { PathRedaction.lies(absolute, in: $0) }) {
            let rest = absolute.utf8.count == folder.utf8.count ? "" : String(absolute.dropFirst(folder.count))
            switch style {
            case .relative where isInBase: return relative(absolute)
            case .relative: return PathRedaction.lastName(folder) + rest
            case .digest: return PathRedaction.digest(folder) + rest
            }
        }
        switch style {
        case .relative where isInBase: return relative(absolute)
        case .relative: return absolute == "/" ? "/" : PathRedaction.hiding + PathRedaction.lastName(absolute)
        case .digest: return PathRedaction.digest(absolute)
        }
    }

    /// A path in a manifest as it is kept: a relative one is its author's own and stays, unless digests are wanted.
    public func written(_ path: String) -> String {
        if style == .relative, !path.hasPrefix("/") { return path }
        let absolute = PathRedaction.absolute(path.hasPrefix("/") ? path : (base ?? ".") + "/" + path)
        switch style {
        case .relative where base.map { PathRedaction.lies(absolute, in: $0) } == true: return relative(absolute)
        case .relative: return PathRedaction.hiding + PathRedaction.lastName(absolute)
        case .digest: return PathRedaction.digest(absolute)
        }
    }

    /// True if `written` has left out where a path leads.
    public static func isHidden(_ path: String) -> Bool {
        path.hasPrefix(hiding) || (path.hasPrefix(digestMark) && path.utf8.count == digestMark.utf8.count + 12)
    }

    private static let hiding = ".../", digestMark = "path-"

    /// A text with the paths in it as they are kept.
    public func text(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "/")) else { return text }
        var result = ""
        var rest = text[...]
        while let character = rest.first {
            let previous = result.last ?? " "
            guard PathRedaction.mayPrecede(previous), let found = pathPrefix(of: rest) else {
                result.append(character)
                rest.removeFirst()
                continue
            }
            rest = rest.dropFirst(found.count)
            result += path(found)
        }
        return result
    }

    /// A command line as it is kept: of each argument that names a path, the path.
    public func command(_ arguments: [String]) -> String {
        arguments.enumerated().map { number, argument in
            if number == 0 { return PathRedaction.lastName(argument) }
            guard argument.hasPrefix("--"), let equals = argument.firstIndex(of: "=") else { return word(argument) }
            return argument[...equals] + word(String(argument[argument.index(after: equals)...]))
        }.joined(separator: " ")
    }

    private func word(_ argument: String) -> String {
        guard !argument.hasPrefix("-") else { return argument }
        let isPath = argument.contains("/") || (style == .digest && (try? FolderOperations.exists(argument)) == true)
        return isPath ? path(argument) : argument
    }

    // MARK: Texts

    /// The path that a text begins with; nil where it begins with none.
    private func pathPrefix(of text: Substring) -> String? {
        let known = beginnings.first { text.hasPrefix($0) && PathRedaction.ends(text.dropFirst($0.count)) }
        guard known != nil || text.first == "/" else { return nil }
        // A known folder may have spaces in its name; what follows ends at one.
        let start = known ?? ""
        let tail = text.dropFirst(start.count).prefix { !PathRedaction.endsPath($0) }
        var path = start + tail
        while let last = path.last, ".,:;".contains(last) { path.removeLast() }
        // A slash by itself, or two, as in an address.
        guard known != nil || (path.count > 1 && !path.hasPrefix("//")) else { return nil }
        return path
    }

    private static func ends(_ rest: Substring) -> Bool {
        rest.first.map { $0 == "/" || endsPath($0) || ".,:;".contains($0) } ?? true
    }

    private static func endsPath(_ character: Character) -> Bool {
        character.isWhitespace || "\"'`()[]<>|".contains(character)
    }

    private static func mayPrecede(_ character: Character) -> Bool {
        character.isWhitespace || "\"'`([<=:,;|".contains(character)
    }

    // MARK: Paths

    private func relative(_ absolute: String) -> String {
        guard let base else { return absolute }
        let rest = absolute.dropFirst(base == "/" ? 1 : base.count + 1)
        return rest.isEmpty ? "." : String(rest)
    }

    private static func lies(_ path: String, in folder: String) -> Bool {
        path == folder || path.hasPrefix(folder == "/" ? folder : folder + "/")
    }

    private static func lastName(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    private static func digest(_ path: String) -> String { digestMark + Digest.of(text: path).short }

    private static var currentFolder: String? { NamedFolder.place(of: ".") }

    private static var home: String? {
        PathText.environment("HOME")
    }

    /// Without "." and "..", which are taken out of the text.
    private static func absolute(_ path: String) -> String {
        let whole = path.hasPrefix("/") ? path : (currentFolder ?? "") + "/" + path
        var components: [Substring] = []
        for component in whole.split(separator: "/") where component != "." {
            if component == ".." { components = components.dropLast() } else { components.append(component) }
        }
        return "/" + components.joined(separator: "/")
    }
}
