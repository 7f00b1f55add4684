import Folders

/// A path of a manifest: as it was written, and as a place in the file system.
public struct ManifestPath: Sendable, Hashable {
    /// The text of the manifest.
    public let written: String
    /// The absolute path as its `PathText`, without "." and "..", which are taken out of the text: symbolic links are not followed.
    public let absolute: String

    /// - Parameters:
    ///   - written: an absolute path, or one relative to `folder`.
    ///   - folder: an absolute path, or one relative to the current folder.
    public init(_ written: String, relativeTo folder: String) {
        self.written = written
        self.absolute = Self.absolute(
            PathText.read(written), from: Self.absolute(folder, from: NamedFolder.current))
    }

    /// The last component of the absolute path.
    public var name: String { absolute.split(separator: "/").last.map(String.init) ?? absolute }

    /// The path as it would be written in a manifest in another folder.
    /// - Parameter folder: absolute, without "." and "..".
    public func relative(to folder: String) -> String {
        let target = absolute.split(separator: "/"), start = folder.split(separator: "/")
        let common = zip(target, start).prefix { $0 == $1 }.count
        // A path that shares nothing with the manifest's is clearer as it is.
        guard common > 0 else { return absolute }
        let steps = Array(repeating: "..", count: start.count - common) + target[common...].map(String.init)
        return steps.isEmpty ? "." : steps.joined(separator: "/")
    }

    private static func absolute(_ path: String, from folder: String) -> String {
        var components: [Substring] = []
        for component in (path.hasPrefix("/") ? path : folder + "/" + path).split(separator: "/") {
            switch component {
            case ".": continue
            case "..": components = components.dropLast()
            default: components.append(component)
            }
        }
        return "/" + components.joined(separator: "/")
    }
}
