import Folders
import Manifests

extension JobManifest {
    /// A folder that the manifest names, with what its dataset says about links.
    func folder(_ path: ManifestPath) -> NamedFolder {
        NamedFolder(path.absolute, followsLinks: dataset.links == .follow)
    }

    /// The folder of foreign textures; nil where there is none.
    var textures: NamedFolder? { corruption.textures.map(folder) }

    /// All folders that the manifest names, for itself and for its variants and categories.
    ///
    /// - Throws: `ManifestError`.
    public func folders() throws -> [NamedFolder] {
        var found: [NamedFolder] = []
        for manifest in try cases().map(\.manifest) {
            let changed = try manifest.changedCategories.map { try manifest.narrowed(to: $0) }
            for manifest in [manifest] + changed {
                switch manifest.dataset.layout {
                case .mvtec(let root, _): found.append(manifest.folder(root))
                case .folder(let normal, let score):
                    found += ([normal] + [score].compactMap { $0 }).map(manifest.folder)
                }
                found += [manifest.textures].compactMap { $0 }
                if let retrain = manifest.retrain {
                    found += ([retrain.incoming] + [retrain.gate.labelled].compactMap { $0 }).map(manifest.folder)
                }
            }
        }
        return Set(found).sorted { ($0.path, $0.followsLinks ? 1 : 0) < ($1.path, $1.followsLinks ? 1 : 0) }
    }
}
