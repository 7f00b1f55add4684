/// A valid sweep manifest: the keys of a job manifest to vary, and how.
public struct SweepManifest: Sendable, Equatable {
    /// The path of the sweep as given.
    public let file: String
    /// The sweep with all defaults, in the order of the schema.
    public let resolved: JSONValue
    public let name: String
    /// Empty if the sweep has none.
    public let description: String
    /// The job to vary, which has no variants.
    public let job: JobManifest
    public let search: SearchMethod
    /// At least one, in the order of the text. No parameter contains another.
    public let parameters: [SweepParameter]
    /// The seeds of every trial: the sweep's, or else the job's.
    public let seeds: [UInt64]

    /// The sweep as written.
    let document: JSONValue

    /// Reads and checks a sweep and the manifest of its job.
    public static func load(path: String) throws(ManifestError) -> SweepManifest {
        try parse(bytes: try JobManifest.read(path), file: path)
    }

    /// Checks the text of a sweep, and reads the manifest of its job.
    /// - Parameters:
    ///   - bytes: the text, UTF-8.
    ///   - file: the path for error messages, whose folder is the base of the job's path. It need not exist.
    public static func parse(bytes: [UInt8], file: String) throws(ManifestError) -> SweepManifest {
        try SweepManifest(checking: try JobManifest.document(bytes, file: file), file: file)
    }

    /// True if a file looks like a sweep and not like a job: it has `parameters`, or `job` without `dataset`.
    public static func isSweep(path: String) -> Bool {
        guard let bytes = try? JobManifest.read(path), let document = try? JSONParser.parse(bytes, file: path) else {
            return false
        }
        return document["parameters"] != nil || (document["job"] != nil && document["dataset"] == nil)
    }

    private init(checking document: JSONValue, file: String) throws(ManifestError) {
        let violations = SweepRules.violations(of: document, file: file)
        guard violations.isEmpty else { throw .invalid(file: file, violations: violations) }
        let resolved = ManifestSchema.sweep.validator.applyingDefaults(to: document)
        self.document = document
        self.file = file
        self.resolved = resolved
        name = resolved.text("name")
        description = resolved.text("description")
        job = try JobManifest.load(path: Self.path(resolved.text("job"), beside: file))
        search = SearchMethod(resolved.member("search"))
        parameters = (resolved.member("parameters").members ?? []).map(SweepParameter.init)
        seeds = resolved["seeds"]?.elements.map { $0.map { UInt64($0.integer ?? 0) } } ?? job.training.seeds
        let contradictions = contradictions()
        guard contradictions.isEmpty else { throw .invalid(file: file, violations: contradictions) }
    }

    /// The path of the job in the form in which the user wrote `file`.
    private static func path(_ written: String, beside file: String) -> String {
        let folder = file.lastIndex(of: "/").map { file[...$0] } ?? ""
        return written.hasPrefix("/") ? written : folder + written
    }

    /// Returns the conflicts between the sweep and the job that do not depend on trials.
    private func contradictions() -> [ManifestViolation] {
        if job.document["variants"] != nil {
            return [
                ManifestViolation(
                    file: file, pointer: .root.appending("job"), position: document["job"]?.position,
                    found: "\(job.file), a job with variants",
                    expected: "a job without variants, because trials take their place",
                    remedy: "remove the variants, and vary their keys as parameters")
            ]
        }
        // Bounds are checked themselves, because no draw may come near an invalid bound.
        return parameters.flatMap { parameter -> [ManifestViolation] in
            guard case .range(let range) = parameter.choices else { return [] }
            let bounds = [("min", range.min), ("max", range.max)]
            return bounds.flatMap { violations(of: $0.1, as: $0.0, of: parameter) }
        }
    }

    private func violations(
        of bound: JSONNumber, as name: String, of parameter: SweepParameter
    ) -> [ManifestViolation] {
        let changed = JSONMergePatch.apply(parameter.patch(.number(bound)), to: job.document)
        let place = JSONPointer.root.appending("parameters").appending(parameter.pointer.description).appending(name)
        return ManifestSchema.job.validator.violations(of: changed).map { violation in
            var result = ManifestViolation(violation, file: file)
            result.pointer = place
            result.position = document["parameters"]?[parameter.pointer.description]?[name]?.position
            result.found += " for \(violation.pointer)"
            return result
        }
    }
}

extension SweepManifest {
    /// Replaces every path in a value of a parameter, which may be a path or a patch that contains one.
    /// - Parameter change: maps the text of a path to its new text.
    public func mappingPaths(
        in value: JSONValue, of parameter: SweepParameter, _ change: (String) -> String
    ) -> JSONValue {
        let patch = JobManifest.mappingPaths(in: parameter.patch(value)) { change($1) }
        return parameter.pointer.tokens.reduce(patch as JSONValue?) { $0?[$1] } ?? value
    }

    /// Returns the resolved sweep with new paths of the job and in the values.
    public func mappingPaths(_ change: (String) -> String) -> JSONValue {
        let job = resolved.member("job").string.map { JSONValue.string(change($0)) } ?? resolved.member("job")
        var choices = resolved.member("parameters")
        for parameter in parameters {
            let name = parameter.pointer.description
            guard let values = choices[name]?.elements else { continue }
            let changed = values.map { mappingPaths(in: $0, of: parameter, change) }
            choices = choices.setting(name, to: .array(changed))
        }
        return resolved.setting("job", to: job).setting("parameters", to: choices)
    }
}
