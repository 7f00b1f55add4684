import ContentStore
import Manifests

extension PathRedaction {
    /// As a manifest asks for it.
    ///
    /// - Parameter others: further folders that texts may name, as they were given.
    /// - Throws: `ManifestError`.
    public init(_ manifest: JobManifest, others: [String] = []) throws {
        self.init(
            manifest.paths == .digest ? .digest : .relative, base: manifest.folder,
            named: try manifest.folders().map(\.path), others: others)
    }
}

extension JobManifest {
    /// The manifest as it is shown in results.
    var shown: JSONValue {
        get throws {
            let redaction = try PathRedaction(self)
            return shown { redaction.written($0) }
        }
    }
}
