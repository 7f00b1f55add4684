import Wording

/// One setting of a sweep.
public struct SweepTrial: Sendable, Equatable {
    /// "t001" for the first trial.
    public let name: String
    /// In the order of the sweep's parameters.
    public let values: [JSONValue]

    /// - Parameter number: from 1.
    public init(number: Int, values: [JSONValue]) {
        let digits = "\(number)"
        name = "t" + String(repeating: "0", count: Swift.max(0, 3 - digits.count)) + digits
        self.values = values
    }

    private init(name: String, values: [JSONValue]) { (self.name, self.values) = (name, values) }

    /// The trial with other texts for its values.
    public func showing(_ values: [JSONValue]) -> SweepTrial { SweepTrial(name: name, values: values) }
}

extension SweepManifest {
    /// Returns the job with trials as variants and the seeds of the sweep.
    ///
    /// - Parameter trials: with distinct names and one value per parameter.
    /// - Throws: `ManifestError.invalid` if a value violates the job's schema or the values of a trial conflict. The
    ///   positions are those of the sweep.
    public func job(running trials: [SweepTrial]) throws(ManifestError) -> JobManifest {
        let seeds = JSONValue.array(self.seeds.map { .number(Int($0)) })
        let training = (job.document["training"] ?? .object([])).removing("seed").setting("seeds", to: seeds)
        let variants = trials.map { JSONMember($0.name, patch(of: $0)) }
        let expanded = job.document.setting("training", to: training).setting("variants", to: .object(variants))
        do {
            return try JobManifest(checking: expanded, file: job.file)
        } catch {
            throw .invalid(file: file, violations: explained(error.violations, trials))
        }
    }

    /// Returns the job with the values of one trial, in the place of the job.
    public func job(with trial: SweepTrial) throws(ManifestError) -> JobManifest {
        try JobManifest(checking: JSONMergePatch.apply(patch(of: trial), to: job.document), file: job.file)
    }

    /// The JSON merge patch from the job to a trial.
    func patch(of trial: SweepTrial) -> JSONValue {
        zip(parameters, trial.values).reduce(JSONValue.object([])) { patch, next in
            Self.setting(next.0.pointer.tokens[...], to: next.1, in: patch)
        }
    }

    /// The keys and values of a trial: "/training/steps 10, /training/lambda 0.5".
    public func summary(of trial: SweepTrial) -> String {
        zip(parameters, trial.values).map { "\($0.pointer) \(JSONSerializer.canonical($1))" }.joined(separator: ", ")
    }

    /// Sets a value in nested objects. Unlike a merge patch, it keeps null values.
    private static func setting(_ path: ArraySlice<String>, to value: JSONValue, in object: JSONValue) -> JSONValue {
        guard let name = path.first else { return value }
        let inner = object[name] ?? JSONValue(.object([]), at: value.position)
        return object.setting(name, to: setting(path.dropFirst(), to: value, in: inner))
    }

    /// Maps violations in variants to positions in the sweep, without duplicates.
    private func explained(_ violations: [ManifestViolation], _ trials: [SweepTrial]) -> [ManifestViolation] {
        let named = Dictionary(uniqueKeysWithValues: trials.map { ($0.name, $0) })
        var seen = Set<ManifestViolation>()
        var explained: [ManifestViolation] = []
        for violation in violations {
            let tokens = violation.pointer.tokens
            guard tokens.count >= 2, tokens[0] == "variants", let trial = named[tokens[1]] else {
                explained.append(violation)
                continue
            }
            let pointer = tokens.dropFirst(2).reduce(JSONPointer.root) { $0.appending($1) }
            let place = self.violation(violation, at: pointer, in: trial)
            // Draws and trials with the same fault differ only in the text of `found`.
            var key = place
            if Int(place.pointer.tokens.last ?? "") == nil { key.found = "\(pointer)" }
            if seen.insert(key).inserted { explained.append(place) }
        }
        return explained.sorted(byPosition: \.position)
    }

    private func violation(
        _ violation: ManifestViolation, at pointer: JSONPointer, in trial: SweepTrial
    ) -> ManifestViolation {
        let section = JSONPointer.root.appending("parameters")
        var result = violation
        result.file = file
        guard let index = parameters.firstIndex(where: { $0.pointer.contains(pointer) }) else {
            // A relation between keys, or with a key that is not varied.
            result.pointer = section
            result.position = document["parameters"]?.position
            let place = pointer == .root ? "the job" : "\(pointer)"
            result.found = "\(violation.found) at \(place) in the trial \(summary(of: trial))"
            return result
        }
        let parameter = parameters[index], value = trial.values[index]
        let member = document["parameters"]?[parameter.pointer.description]
        result.pointer = section.appending(parameter.pointer.description)
        result.found = "\(violation.found) for \(pointer)"
        result.position = value.position ?? member?.position
        switch parameter.choices {
        case .values(let values): result.pointer = result.pointer.appending(values.firstIndex(of: value) ?? 0)
        case .range(let range):
            if !range.isInteger, violation.expected.hasPrefix("a whole number") {
                result.remedy = "set \"integer\" to true"
            } else if violation.remedy.hasPrefix("write a multiple") {
                result.remedy = "list the values in place of the range"
            }
        }
        return result
    }
}

extension SweepManifest {
    /// Returns the text of a job manifest with the values of a trial, the sweep's name and the job's own seeds.
    ///
    /// - Parameters:
    ///   - count: the number of trials, for the description.
    ///   - folder: the absolute path of the new manifest's folder, which becomes the base of relative paths.
    public func winner(_ trial: SweepTrial, of count: Int, in folder: String) throws(ManifestError) -> String {
        let reason =
            "Best of \(counted(count, "trial")) of the sweep \(name) by a criterion that needs no label: "
            + summary(of: trial) + "."
        var manifest = try self.job(with: trial).document
        // The relative path of the schema is not valid in the new folder.
        manifest = manifest.removing("$schema").setting("name", to: .string("\(name)-best"))
        let words = [job.description, reason].filter { !$0.isEmpty }.joined(separator: " ")
        manifest = manifest.setting("description", to: .string(words))
        manifest = JobManifest.mappingPaths(in: manifest) { _, path in
            path.hasPrefix("/") ? path : ManifestPath(path, relativeTo: job.folder).relative(to: folder)
        }
        return JSONSerializer.pretty(try JobManifest(checking: manifest, file: folder + "/best.json").document)
    }
}
