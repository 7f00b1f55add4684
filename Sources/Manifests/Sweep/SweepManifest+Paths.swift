/// Paths in the text of a sweep.
extension SweepManifest {
    /// A value of a parameter with every path in it replaced: a value may be a path, or a patch that holds one.
    ///
    /// - Parameter change: is given the text of a path.
    public func mappingPaths(
        in value: JSONValue, of parameter: SweepParameter, _ change: (String) -> String
    ) -> JSONValue {
        let patch = JobManifest.mappingPaths(in: parameter.patch(value)) { change($1) }
        return parameter.pointer.tokens.reduce(patch as JSONValue?) { $0?[$1] } ?? value
    }

    /// The resolved sweep with the path of the job, and every path among the values, replaced.
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
