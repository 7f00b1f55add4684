import Folders

/// A path in a manifest: its text and its absolute form.
public struct ManifestPath: Sendable, Hashable {
    /// The text of the manifest.
    public let written: String
    /// The absolute path as `PathText`. "." and ".." are resolved in the text, so symbolic links are not followed.
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

    /// The path relative to another folder. A path without a common root folder stays absolute.
    /// - Parameter folder: absolute, without "." and "..".
    public func relative(to folder: String) -> String {
        let target = absolute.split(separator: "/"), start = folder.split(separator: "/")
        let common = zip(target, start).prefix { $0 == $1 }.count
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

/// `paths`: the form of paths in the store and in results.
public enum KeptPaths: String, Sendable, CaseIterable {
    /// Relative to the folder of the manifest or the data set. Of other paths, only the last component is kept.
    case relative
    /// A digest in place of each folder.
    case digest
}

extension JobManifest {
    /// The keys of paths in a manifest and in its patches.
    static let pathKeys = [
        ["dataset", "root"], ["dataset", "normal"], ["dataset", "score"], ["dataset", "groundTruth", "file"],
        ["image", "region", "mask"], ["image", "region", "masks"], ["corruption", "textures"],
        ["detector", "external", "maps"], ["retrain", "incoming"], ["retrain", "gate", "labelled"],
    ]

    /// Replaces every path in a manifest or a patch of one.
    /// - Parameter change: maps the pointer and the text of a path to its new text.
    static func mappingPaths(
        in value: JSONValue, at place: JSONPointer = .root, _ change: (JSONPointer, String) -> String
    ) -> JSONValue {
        var value = value
        for key in pathKeys { value = mapping(value, key[...], at: place, change) }
        for patches in ["variants", "perCategory"] {
            guard let members = value[patches]?.members else { continue }
            var changed = JSONValue.object([])
            for member in members {
                let inner = place.appending(patches).appending(member.name)
                changed = changed.setting(member.name, to: mappingPaths(in: member.value, at: inner, change))
            }
            value = value.setting(patches, to: changed)
        }
        return value
    }

    private static func mapping(
        _ value: JSONValue, _ key: ArraySlice<String>, at place: JSONPointer, _ change: (JSONPointer, String) -> String
    ) -> JSONValue {
        guard let name = key.first else { return value.string.map { .string(change(place, $0)) } ?? value }
        guard let member = value[name] else { return value }
        let changed = mapping(member, key.dropFirst(), at: place.appending(name), change)
        return changed == member ? value : value.setting(name, to: changed)
    }

    /// The manifest for display in results: with all defaults, without keys that only affect execution and storage.
    /// - Parameter change: maps the text of a path to its new text.
    public func shown(_ change: (String) -> String) -> JSONValue {
        let dataset = resolved.member("dataset").removing("links")
        let shown = resolved.removing("execution").removing("paths").setting("dataset", to: dataset)
        return Self.mappingPaths(in: shown) { change($1) }
    }

    /// The manifest for storage, to be read by ``restored(_:_:)``: the original bytes if `change` keeps all paths, else
    /// JSON with changed paths.
    public func kept(_ bytes: [UInt8], _ change: (String) -> String) -> [UInt8] {
        let changed = Self.mappingPaths(in: document) { change($1) }
        return changed == document ? bytes : Array(JSONSerializer.pretty(changed).utf8)
    }

    /// Reads a stored manifest, with the paths of this manifest in place of hidden ones.
    ///
    /// - Parameters:
    ///   - bytes: the result of ``kept(_:_:)``.
    ///   - isHidden: decides by the text of a path whether it is hidden.
    public func restored(_ bytes: [UInt8], _ isHidden: (String) -> Bool) throws(ManifestError) -> JobManifest {
        let kept = try JobManifest.parse(bytes: bytes, file: file)
        let restored = Self.mappingPaths(in: kept.document) { place, path in
            guard isHidden(path) else { return path }
            return place.tokens.reduce(document as JSONValue?) { $0?[$1] }?.string ?? path
        }
        return try JobManifest(checking: restored, file: file)
    }
}
