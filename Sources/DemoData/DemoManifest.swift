/// The manifest that trains on the demo's data set: jobs/demo.json, which is part of the program.
public enum DemoManifest {
    /// The text of the manifest for a data set in another folder.
    ///
    /// - Parameter root: the path of the data set from the folder of the manifest, as a JSON string with its quotes.
    public static func text(root: String) -> String {
        let lines = String(decoding: PackageResources.demo_json, as: UTF8.self).split(separator: "\n")
        // The schema lies in the repository.
        return lines.filter { !$0.contains("\"$schema\"") }.map { $0 + "\n" }.joined()
            .replacing("\"../data/demo\"", with: root)
    }
}
