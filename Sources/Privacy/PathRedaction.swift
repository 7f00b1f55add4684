import ContentStore
import Folders

/// Redacts paths before they are stored, so that they do not reveal the user's folders.
///
/// - `relative`: A path in the manifest's folder becomes relative to it. A path in a named folder starts with that
///   folder's name. Any other path is reduced to its last component. The current folder is ignored: if it were the
///   root or a home folder, the result would reveal most of a path.
/// - `digest`: Named folders and all other paths become digests. Names within a named folder stay, because results
///   need the names of their images.
public struct PathRedaction: Sendable {
    public enum Style: Sendable { case relative, digest }

    private let style: Style
    private let base: String?
    /// Absolute paths of the named folders, longest first.
    private let named: [String]
    /// Prefixes that mark a path in a text, longest first: absolute ones, and relative ones as given.
    private let beginnings: [String]

    /// - Parameters:
    ///   - base: The absolute folder of the manifest, if any.
    ///   - named: The absolute folders of images.
    ///   - others: Further folders that texts may mention, such as the store, as given.
    public init(_ style: Style, base: String?, named: [String], others: [String] = []) {
        func clean(_ path: String) -> String { path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path }
        func sorted(_ paths: [String]) -> [String] {
            Set(paths).sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
        }
        self.style = style
        self.base = base.map(clean)
        self.named = sorted(named.map(clean))
        let folders = (named + others + [base, PathRedaction.currentFolder, PathRedaction.home].compactMap { $0 })
        // Texts may also contain the targets of links.
        let places = folders.compactMap { NamedFolder.place(of: $0) }
        beginnings = sorted((folders + places).map(clean)).filter { $0.utf8.count > 2 && $0.contains("/") }
    }

    /// Redacts a path.
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

    /// Redacts a path in a manifest. In the style `relative`, a relative path stays unchanged.
    public func written(_ path: String) -> String {
        if style == .relative, !path.hasPrefix("/") { return path }
        let absolute = PathRedaction.absolute(path.hasPrefix("/") ? path : (base ?? ".") + "/" + path)
        switch style {
        case .relative where base.map { PathRedaction.lies(absolute, in: $0) } == true: return relative(absolute)
        case .relative: return PathRedaction.hiding + PathRedaction.lastName(absolute)
        case .digest: return PathRedaction.digest(absolute)
        }
    }

    /// True if `written` has hidden the location of a path.
    public static func isHidden(_ path: String) -> Bool {
        path.hasPrefix(hiding) || (path.hasPrefix(digestMark) && path.utf8.count == digestMark.utf8.count + 12)
    }

    private static let hiding = ".../", digestMark = "path-"

    /// Redacts the paths in a text.
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

    /// Redacts the paths among the arguments of a command.
    public func command(_ arguments: [String]) -> String {
        arguments.enumerated().map { number, argument in
            if number == 0 { return PathRedaction.lastName(argument) }
            guard argument.hasPrefix("--"), let equals = argument.firstIndex(of: "=") else { return word(argument) }
            return argument[...equals] + word(String(argument[argument.index(after: equals)...]))
        }.joined(separator: " ")
    }

    private func word(_ argument: String) -> String {
        guard !argument.hasPrefix("-") else { return argument }
        let isPath = argument.contains("/") || (style == .digest && (try? AtomicFile.exists(argument)) == true)
        return isPath ? path(argument) : argument
    }

    // MARK: Texts

    /// The path at the start of a text; `nil` if absent.
    private func pathPrefix(of text: Substring) -> String? {
        let known = beginnings.first { text.hasPrefix($0) && PathRedaction.ends(text.dropFirst($0.count)) }
        guard known != nil || text.first == "/" else { return nil }
        // A known folder may contain spaces. The rest of the path ends at a space.
        let start = known ?? ""
        let tail = text.dropFirst(start.count).prefix { !PathRedaction.endsPath($0) }
        var path = start + tail
        while let last = path.last, ".,:;".contains(last) { path.removeLast() }
        // Excludes a lone slash and the double slash of a URL.
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

    /// Makes a path absolute and resolves "." and ".." textually.
    private static func absolute(_ path: String) -> String {
        let whole = path.hasPrefix("/") ? path : (currentFolder ?? "") + "/" + path
        var components: [Substring] = []
        for component in whole.split(separator: "/") where component != "." {
            if component == ".." { components = components.dropLast() } else { components.append(component) }
        }
        return "/" + components.joined(separator: "/")
    }
}
