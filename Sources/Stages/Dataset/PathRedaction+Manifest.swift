import ContentStore
import Folders
import Manifests
import Privacy

extension PathRedaction {
    /// As a manifest asks for it.
    ///
    /// - Parameters:
    ///   - folders: of images, that texts may name; paths in manifests need none.
    ///   - others: further folders that texts may name, as they were given.
    public init(_ manifest: JobManifest, folders: [NamedFolder] = [], others: [String] = []) {
        self.init(
            manifest.paths == .digest ? .digest : .relative, base: manifest.folder, named: folders.map(\.path),
            others: others)
    }
}

extension JobManifest {
    /// The manifest as it is shown in results.
    var shown: JSONValue { shown(PathRedaction(self).written) }
}
