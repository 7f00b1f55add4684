import Folders
import Manifests

/// A file that a manifest names for its detector: of a program, or a map that another program wrote.
package struct DetectorFile: Sendable, Equatable {
    /// The path of a program's file relative to the folder of the manifest, and in the working folder; or the path of a
    /// map relative to the category's folder of maps.
    package var file: String
    package var path: String
    /// The folder that must contain the file when it is read.
    package var folder: NamedFolder
}

extension JobManifest {
    private static let filesLimit = 1_000_000, depthLimit = 64

    /// The folder of maps of a detector that is made of them; nil for other detectors.
    package var maps: NamedFolder? {
        detector.kind == .external
            ? detector.external.maps.map { folder(ManifestPath($0, relativeTo: self.folder)) } : nil
    }

    /// The folder of the manifest, which holds the files of a detector's program; nil for a detector without one.
    var programFolder: NamedFolder? {
        guard detector.kind == .external, !detector.external.files.isEmpty else { return nil }
        return NamedFolder(folder, followsLinks: dataset.links == .follow)
    }

    /// The files of the detector's program, which lie beside the manifest; empty for a detector without one.
    package func programFiles() throws(DatasetError) -> [DetectorFile] {
        programFolder == nil ? [] : try detectorFiles(category: "")
    }

    /// The files of a detector of the kind `external`, ordered by name, with those in folders that the manifest names.
    /// Hidden files in a folder are left out. Empty for other detectors.
    ///
    /// - Throws: `DatasetError`.
    package func detectorFiles(category: String) throws(DatasetError) -> [DetectorFile] {
        var found: [String: DetectorFile] = [:]
        if let maps {
            var place = maps.path
            if dataset.layout.hasCategories { place += (place.hasSuffix("/") ? "" : "/") + category }
            for name in try Self.listing(place) {
                try Self.collect(name, below: place, in: maps, isWanted: \.isMapOrScores, into: &found)
            }
        } else if let programFolder {
            for written in detector.external.files {
                try Self.collect(
                    PathText.read(written), below: programFolder.path, in: programFolder, isWanted: { _ in true },
                    into: &found)
            }
        }
        return found.values.sorted { $0.file.utf8.lexicographicallyPrecedes($1.file.utf8) }
    }

    private static func collect(
        _ file: String, below root: String, in folder: NamedFolder, isWanted: (String) -> Bool, depth: Int = depthLimit,
        into found: inout [String: DetectorFile]
    ) throws(DatasetError) {
        let path = root + (root.hasSuffix("/") ? "" : "/") + file
        do throws(LinkFault) { try folder.permit(path) } catch { throw .link(error) }
        let entry: (kind: NamedFolder.Kind, isLink: Bool)?
        do throws(ListingFault) {
            entry = try NamedFolder.inspect(path)
        } catch {
            throw .unreadableFolder(path: error.folder, reason: error.reason)
        }
        switch entry?.kind {
        case nil: throw .missingDetectorFile(path: path)
        case .file:
            if isWanted(file) { found[file] = DetectorFile(file: file, path: path, folder: folder) }
        case .folder:
            guard depth > 0, found.count <= filesLimit else {
                throw .tooManyDetectorFiles(folder: folder.path, limit: filesLimit)
            }
            for name in try listing(path) where name != "__pycache__" {
                try collect(
                    file + "/" + name, below: root, in: folder, isWanted: isWanted, depth: depth - 1, into: &found)
            }
        }
    }

    private static func listing(_ folder: String) throws(DatasetError) -> [String] {
        do throws(ListingFault) {
            return try FolderListing.visibleNames(in: folder)
        } catch {
            guard NamedFolder.exists(folder) else { throw .missingDetectorFile(path: folder) }
            throw .unreadableFolder(path: folder, reason: error.reason)
        }
    }
}

extension String {
    fileprivate var isMapOrScores: Bool { hasSuffix(".npy") || hasSuffix(".tiff") || self == "scores.json" }
}
