import Datasets
import Folders
import Imaging
import Manifests

extension FolderSurvey {
    /// The text of the manifest.
    ///
    /// - Parameter folder: the manifest's folder, relative to the current one; paths in the manifest are relative to
    ///   it.
    package func manifest(relativeTo folder: String, incoming: String? = nil) -> String {
        let base = ManifestPath(folder.isEmpty ? "." : folder, relativeTo: NamedFolder.current)
            .absolute
        func written(_ path: ManifestPath) -> JSONValue { .string(path.relative(to: base)) }
        var dataset = JSONValue.object([])
        switch self.dataset {
        case .mvtec(let root, let categories, let folders):
            dataset = dataset.setting("layout", to: .string("mvtec")).setting("root", to: written(root))
            if let categories {
                dataset = dataset.setting("categories", to: .array(categories.map { JSONValue.string($0) }))
            }
            if folders != .usual { dataset = dataset.setting("folders", to: JSONValue.ordered(folders.changed)) }
        case .published(let layout, let root):
            dataset = dataset.setting("layout", to: .string(layout.rawValue)).setting("root", to: written(root))
        case .folder(let normal, let score):
            dataset = dataset.setting("layout", to: .string("folder")).setting("normal", to: written(normal))
            if let score { dataset = dataset.setting("score", to: written(score)) }
            if let groundTruth {
                dataset = dataset.setting(
                    "groundTruth",
                    to: JSONValue.ordered([
                        ("format", .string(groundTruth.format.rawValue)), ("file", written(groundTruth.file)),
                    ]))
            }
        }
        dataset = dataset.setting("onBadImage", to: .string("quarantine"))
        if groups != .none { dataset = dataset.setting("groups", to: .string(groups.rawValue)) }
        if let testFraction { dataset = dataset.setting("testFraction", to: .number(testFraction)) }
        if let heldOutFraction { dataset = dataset.setting("heldOutFraction", to: .number(heldOutFraction)) }
        if followsLinks { dataset = dataset.setting("links", to: .string("follow")) }
        var image = JSONValue.ordered([("width", .number(size.width)), ("height", .number(size.height))])
        if let tile = size.tile {
            // A quarter, which is the default for tiles of 256 pixels.
            let overlap = tile == 256 ? [] : [("overlap", JSONValue.number(tile / 4))]
            image = image.setting(
                "tile", to: JSONValue.ordered([("width", .number(tile)), ("height", .number(tile))] + overlap))
        }
        if let bits = range?.bits { image = image.setting("depth", to: .number(bits)) }
        if let frame {
            func hundredths(_ side: Float) -> JSONValue { .number((Double(side) * 100).rounded() / 100) }
            image = image.setting(
                "frame",
                to: JSONValue.ordered([("width", hundredths(frame.width)), ("height", hundredths(frame.height))]))
        }
        var sections: [(String, JSONValue)] = [
            ("name", .string(jobName)), ("preset", .string(preset)), ("dataset", dataset), ("image", image),
            ("detector", detector.section),
        ]
        if forbidsFlips {
            let flips = JSONValue.ordered([("flipHorizontal", .bool(false)), ("flipVertical", .bool(false))])
            sections.append(("augmentation", flips))
        }
        var network: [(String, JSONValue)] = isReduced ? [("reduction", .number(2))] : []
        if seesContrast { network.append(("input", .string("localContrast"))) }
        if !network.isEmpty { sections.append(("network", .ordered(network))) }
        sections.append(
            ("calibration", .ordered([("costs", .ordered([("falseAlarm", .number(1)), ("miss", .number(1))]))])))
        if let incoming {
            let path = ManifestPath(incoming, relativeTo: NamedFolder.current)
            sections.append(("retrain", .ordered([("incoming", written(path)), ("model", .string(jobName))])))
        }
        // One line for each section, for easy reading and editing.
        let lines = sections.map { "  \"\($0)\": " + FolderSurvey.inline($1) }
        return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
    }

    private static func inline(_ value: JSONValue) -> String {
        if let members = value.members {
            return "{ "
                + members.map { "\(JSONSerializer.canonical(.string($0.name))): \(inline($0.value))" }
                .joined(separator: ", ") + " }"
        }
        return value.string == nil && value.elements == nil
            ? JSONSerializer.pretty(value).filter { !$0.isWhitespace } : JSONSerializer.canonical(value)
    }
}
