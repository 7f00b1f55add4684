/// The reference pages of the manifests, generated from their schemas.
public enum ManifestReference {
    /// The Markdown page of job manifests: every key with its pointer, type, default, range and meaning.
    public static func markdown() -> String { page("Job manifest", ManifestSchema.job.validator) }

    /// The Markdown page of sweep manifests.
    public static func sweepMarkdown() -> String { page("Sweep manifest", ManifestSchema.sweep.validator) }

    private static func page(_ title: String, _ validator: SchemaValidator) -> String {
        let wording = SchemaWording(definitions: validator.definitions)
        let root = validator.root
        var page = "# \(title)\n\n\(root.description ?? "")\n\nPointers are JSON Pointers (RFC 6901).\n"
        let sections = root.properties.filter { $0.hasProperties }
        let topLevel = root.properties.filter { !$0.hasProperties }
        page += table(
            topLevel.flatMap { property in
                [row(property, at: .root, in: root, wording: wording)]
                    + memberRows(of: property, at: .root, wording: wording)
            })
        for section in sections {
            page += "\n## \(section.name)\n\n\(section.schema.description ?? "")\n"
            let pointer = JSONPointer.root.appending(section.name)
            page += table(rows(of: section.schema, at: pointer, wording: wording))
        }
        return page
    }

    private static func rows(of schema: SchemaNode, at pointer: JSONPointer, wording: SchemaWording) -> [String] {
        schema.properties.flatMap { property in
            let row = row(property, at: pointer, in: schema, wording: wording)
            return [row] + rows(of: property.schema, at: pointer.appending(property.name), wording: wording)
        }
    }

    /// The keys of objects under user-defined names.
    private static func memberRows(
        of property: SchemaProperty, at parent: JSONPointer, wording: SchemaWording
    ) -> [String] {
        let pointer = parent.appending(property.name).appending("POINTER")
        return property.schema.memberAlternatives.flatMap { alternative -> [String] in
            for case .reference(let name) in alternative.assertions {
                guard let schema = wording.definitions[name] else { continue }
                return rows(of: schema, at: pointer, wording: wording)
            }
            return []
        }
    }

    private static func table(_ rows: [String]) -> String {
        "\n| Key | Type | Default | Range | Meaning |\n|---|---|---|---|---|\n" + rows.map { $0 + "\n" }.joined()
    }

    private static func row(
        _ property: SchemaProperty, at parent: JSONPointer, in schema: SchemaNode, wording: SchemaWording
    ) -> String {
        let standard =
            if let value = standardValue(of: property.name, in: schema) {
                value.members?.isEmpty == true ? "see below" : "`\(JSONSerializer.canonical(value))`"
            } else {
                schema.requiredNames.contains(property.name) ? "required" : "none"
            }
        let cells = [
            "`\(parent.appending(property.name))`", wording.type(of: property.schema), standard,
            wording.range(of: property.schema), property.schema.description ?? "",
        ]
        return "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
    }

    /// The default of a key, including a default in one branch of a condition.
    private static func standardValue(of name: String, in schema: SchemaNode) -> JSONValue? {
        if let value = schema.properties.first(where: { $0.name == name })?.schema.defaultValue { return value }
        let parts = schema.assertions.flatMap(\.schemasInPlace)
        return parts.lazy.compactMap { standardValue(of: name, in: $0) }.first
    }
}

extension SchemaProperty {
    /// True for sections of the manifest.
    fileprivate var hasProperties: Bool { !schema.properties.isEmpty }
}

extension SchemaNode {
    /// The alternatives for members that the schema does not name.
    fileprivate var memberAlternatives: [SchemaNode] {
        for case .members(let members) in assertions {
            for case .oneOf(let alternatives) in members.additional.assertions { return alternatives }
        }
        return []
    }

    fileprivate var requiredNames: [String] {
        for case .required(let names) in assertions { return names }
        return []
    }
}
