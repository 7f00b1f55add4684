import Datasets
import Folders
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
        let usual = settings.sections(depth: range?.bits)
        func section(_ names: String...) -> [(String, JSONValue)] { usual.filter { names.contains($0.0) } }
        var sections: [(String, JSONValue)] = [("name", .string(jobName))] + section("preset")
        sections.append(("dataset", dataset))
        sections += section("image")
        sections.append(("detector", detector.section))
        sections += section("augmentation", "network")
        sections.append(
            ("calibration", .ordered([("costs", .ordered([("falseAlarm", .number(1)), ("miss", .number(1))]))])))
        if let incoming {
            let path = ManifestPath(incoming, relativeTo: NamedFolder.current)
            sections.append(("retrain", .ordered([("incoming", written(path)), ("model", .string(jobName))])))
        }
        // One line for each section and for each category, for easy reading and editing.
        var lines = sections.map { FolderSurvey.line($0, $1, "  ") }
        if !otherSettings.isEmpty {
            let patches = otherSettings.map { category, settings in
                FolderSurvey.line(
                    category,
                    JSONMergePatch.difference(
                        from: .ordered(usual), to: .ordered(settings.sections(depth: range?.bits))), "    ")
            }
            lines.append("  \"perCategory\": {\n" + patches.joined(separator: ",\n") + "\n  }")
        }
        return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
    }

    private static func line(_ name: String, _ value: JSONValue, _ indentation: String) -> String {
        "\(indentation)\(JSONSerializer.canonical(.string(name))): \(inline(value))"
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
