/// Paths in the text of a manifest.
extension JobManifest {
    /// Where a manifest and each of its patches hold paths.
    private static let pathKeys = [
        ["dataset", "root"], ["dataset", "normal"], ["dataset", "score"], ["corruption", "textures"],
        ["retrain", "incoming"], ["retrain", "gate", "labelled"],
    ]

    /// A manifest, or a patch of one, with every path in it replaced.
    ///
    /// - Parameter change: is given the place of the path and its text.
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

    /// The manifest as it is shown in results: with every default, without what says only how it was run or kept, and with
    /// paths as `change` writes them.
    ///
    /// - Parameter change: is given the text of the path.
    public func shown(_ change: (String) -> String) -> JSONValue {
        let dataset = resolved.member("dataset").removing("links")
        let shown = resolved.removing("execution").removing("paths").setting("dataset", to: dataset)
        return Self.mappingPaths(in: shown) { change($1) }
    }

    /// The manifest as it is kept, to be read again by `restored`: as it was read where that names no folder that is to be
    /// hidden, else as JSON with such paths as `change` writes them.
    public func kept(_ bytes: [UInt8], _ change: (String) -> String) -> [UInt8] {
        let changed = Self.mappingPaths(in: document) { change($1) }
        return changed == document ? bytes : Array(JSONSerializer.pretty(changed).utf8)
    }

    /// A manifest that was kept, with the folders that this one names where those of the kept one were hidden.
    ///
    /// - Parameters:
    ///   - bytes: what `kept` gave.
    ///   - isHidden: of the text of a path.
    public func restored(_ bytes: [UInt8], _ isHidden: (String) -> Bool) throws(ManifestError) -> JobManifest {
        let kept = try JobManifest.parse(bytes: bytes, file: file)
        let restored = Self.mappingPaths(in: kept.document) { place, path in
            guard isHidden(path) else { return path }
            return place.tokens.reduce(document as JSONValue?) { $0?[$1] }?.string ?? path
        }
        return try JobManifest(checking: restored, file: file)
    }
}
