extension SweepManifest {
    /// The job with trials as its variants and the sweep's seeds as its own.
    ///
    /// - Parameter trials: with distinct names, and a value for each parameter.
    /// - Throws: `ManifestError.invalid` where a value breaks the job's schema, or the values of a trial contradict each
    ///   other; the places are those of the sweep.
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

    /// The JSON merge patch that makes a trial of the job.
    func patch(of trial: SweepTrial) -> JSONValue {
        zip(parameters, trial.values).reduce(JSONValue.object([])) { patch, next in
            Self.setting(next.0.pointer.tokens[...], to: next.1, in: patch)
        }
    }

    /// The values of a trial with their keys, for people: "/training/steps 10, /training/lambda 0.5".
    public func summary(of trial: SweepTrial) -> String {
        zip(parameters, trial.values).map { "\($0.pointer) \(JSONSerializer.canonical($1))" }.joined(separator: ", ")
    }

    /// Unlike a merge patch, keeps a value of null as what it is.
    private static func setting(_ path: ArraySlice<String>, to value: JSONValue, in object: JSONValue) -> JSONValue {
        guard let name = path.first else { return value }
        let inner = object[name] ?? JSONValue(.object([]), at: value.position)
        return object.setting(name, to: setting(path.dropFirst(), to: value, in: inner))
    }

    /// The faults of variants by their places in the sweep, each once.
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
            // Other draws and other trials have other words for a fault that needs no other remedy.
            var key = place
            if Int(place.pointer.tokens.last ?? "") == nil { key.found = "\(pointer)" }
            if seen.insert(key).inserted { explained.append(place) }
        }
        return explained.sorted(byPlace: \.position)
    }

    private func violation(
        _ violation: ManifestViolation, at pointer: JSONPointer, in trial: SweepTrial
    ) -> ManifestViolation {
        let section = JSONPointer.root.appending("parameters")
        var result = violation
        result.file = file
        guard let index = parameters.firstIndex(where: { $0.pointer.contains(pointer) }) else {
            // A relation between keys, or to a key of the job that is not varied.
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
