extension SweepManifest {
    /// Keys of job manifests that hold paths.
    private static let pathKeys = [
        ("dataset", "root"), ("dataset", "normal"), ("dataset", "score"), ("corruption", "textures"),
    ]

    /// The text of the job's manifest with the values of a trial, called after the sweep and with the job's own seeds.
    ///
    /// - Parameters:
    ///   - count: of the trials that it was chosen from, for the description.
    ///   - folder: absolute; where the manifest will lie. Relative paths are rewritten to start from there.
    public func winner(_ trial: SweepTrial, of count: Int, in folder: String) throws(ManifestError) -> String {
        let reason =
            "Best of \(count) \(count == 1 ? "trial" : "trials") of the sweep \(name) by a criterion that needs no label: "
            + summary(of: trial) + "."
        var manifest = JSONMergePatch.apply(patch(of: trial), to: job.document)
        // A relative path of a schema is of use to an editor alone, and would lead nowhere from here.
        manifest = manifest.removing("$schema").setting("name", to: .string("\(name)-best"))
        let words = [job.description, reason].filter { !$0.isEmpty }.joined(separator: " ")
        manifest = manifest.setting("description", to: .string(words))
        for (section, key) in Self.pathKeys {
            guard let members = manifest[section], let written = members[key]?.string, !written.hasPrefix("/") else {
                continue
            }
            let path = ManifestPath(written, relativeTo: job.folder).relative(to: folder)
            manifest = manifest.setting(section, to: members.setting(key, to: .string(path)))
        }
        // What is written must run: the same check as at run time.
        return JSONSerializer.pretty(try JobManifest(checking: manifest, file: folder + "/best.json").document)
    }
}
