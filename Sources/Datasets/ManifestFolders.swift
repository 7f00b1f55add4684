import Folders
import Manifests

extension JobManifest {
    /// A folder that the manifest names, with the manifest's rule for links.
    package func folder(_ path: ManifestPath) -> NamedFolder {
        NamedFolder(path.absolute, followsLinks: dataset.links == .follow)
    }

    /// The folder of foreign textures; nil if the manifest names none.
    package var textures: NamedFolder? { corruption.textures.map(folder) }

    /// All folders that the manifest names, and its files of annotations and of a region, those of its variants and
    /// categories included.
    ///
    /// - Throws: `ManifestError`.
    package func folders() throws -> [NamedFolder] {
        var found: [NamedFolder] = []
        for manifest in try cases().map(\.manifest) {
            let changed = try manifest.changedCategories.map { try manifest.narrowed(to: $0) }
            for manifest in [manifest] + changed {
                switch manifest.dataset.layout {
                case .mvtec(let root, _), .published(_, let root, _): found.append(manifest.folder(root))
                case .folder(let normal, let score):
                    found += ([normal] + [score].compactMap { $0 }).map(manifest.folder)
                }
                found += [manifest.textures, manifest.programFolder, manifest.maps].compactMap { $0 }
                found += [manifest.regionMasks].compactMap { $0 }
                // Single files: what lies beside them is nobody's business.
                found += [manifest.dataset.groundTruth?.file.absolute, manifest.regionMask?.path].compactMap(\.self)
                    .map { NamedFolder($0, followsLinks: manifest.dataset.links == .follow) }
                if let retrain = manifest.retrain {
                    found += ([retrain.incoming] + [retrain.gate.labelled].compactMap { $0 }).map(manifest.folder)
                }
            }
        }
        return Set(found).sorted { ($0.path, $0.followsLinks ? 1 : 0) < ($1.path, $1.followsLinks ? 1 : 0) }
    }
}

/// A check that two folders for different images are disjoint.
package enum FolderOverlap {
    /// True if a folder lies in another one, or is the same, by their paths or after resolving links.
    package static func lies(_ inner: String, in outer: String) -> Bool {
        func lies(_ inner: String, in outer: String) -> Bool { (inner + "/").hasPrefix(outer + "/") }
        if lies(inner, in: outer) { return true }
        guard let inner = NamedFolder.place(of: inner), let outer = NamedFolder.place(of: outer) else { return false }
        return lies(inner, in: outer)
    }
}
