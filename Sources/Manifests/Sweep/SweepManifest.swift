/// A sweep manifest that passed every check: which keys of a job's manifest to vary, and how.
public struct SweepManifest: Sendable, Equatable {
    /// Path of the sweep as given.
    public let file: String
    /// The sweep with every default filled in, in the order of the schema.
    public let resolved: JSONValue
    public let name: String
    /// Empty where the sweep has none.
    public let description: String
    /// The job that is varied; it has no variants.
    public let job: JobManifest
    public let search: SearchMethod
    /// At least one, in the order of the text; none is a part of another.
    public let parameters: [SweepParameter]
    /// Those that every trial is run with: the sweep's, or else the job's.
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
    ///   - file: the path to name in errors, and whose folder the path of the job starts from. It need not exist.
    public static func parse(bytes: [UInt8], file: String) throws(ManifestError) -> SweepManifest {
        let document: JSONValue
        do {
            document = try JSONParser.parse(bytes, file: file)
        } catch {
            throw .malformed(error)
        }
        return try SweepManifest(checking: document, file: file)
    }

    /// True where a file looks like a sweep and not like a job: it names parameters, or a job and no data set.
    public static func isSweep(path: String) -> Bool {
        guard let bytes = try? JobManifest.read(path), let document = try? JSONParser.parse(bytes, file: path) else {
            return false
        }
        return document["parameters"] != nil || (document["job"] != nil && document["dataset"] == nil)
    }

    private init(checking document: JSONValue, file: String) throws(ManifestError) {
        let violations = SweepRules.violations(of: document, file: file)
        guard violations.isEmpty else { throw .invalid(file: file, violations: violations) }
        let resolved = SweepSchema.validator.applyingDefaults(to: document)
        self.document = document
        self.file = file
        self.resolved = resolved
        name = resolved.text("name")
        description = resolved.text("description")
        job = try JobManifest.load(path: Self.path(resolved.text("job"), besides: file))
        search = SearchMethod(resolved.member("search"))
        parameters = (resolved.member("parameters").members ?? []).map(SweepParameter.init)
        seeds = resolved["seeds"]?.elements.map { $0.map { UInt64($0.integer ?? 0) } } ?? job.training.seeds
        let contradictions = contradictions()
        guard contradictions.isEmpty else { throw .invalid(file: file, violations: contradictions) }
    }

    /// A path as a person would write it who names `file` as it is.
    private static func path(_ written: String, besides file: String) -> String {
        let folder = file.lastIndex(of: "/").map { file[...$0] } ?? ""
        return written.hasPrefix("/") ? written : folder + written
    }

    /// What the sweep and the job say against each other before any trial is drawn.
    private func contradictions() -> [ManifestViolation] {
        if job.document["variants"] != nil {
            return [
                ManifestViolation(
                    file: file, pointer: .root.appending("job"), position: document["job"]?.position,
                    found: "\(job.file), a job with variants", expected: "a job without, as trials take their place",
                    remedy: "remove them, and name the keys that they change as parameters")
            ]
        }
        // Here and not on the draws, so that a bound does not pass because none came near to it.
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
        return JobSchema.validator.violations(of: changed).map { violation in
            ManifestViolation(
                file: file, pointer: place,
                position: document["parameters"]?[parameter.pointer.description]?[name]?.position,
                found: "\(violation.found) for \(violation.pointer)", expected: violation.expected,
                remedy: violation.remedy)
        }
    }
}
