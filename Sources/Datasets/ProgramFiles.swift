import Folders
import Manifests

/// A file of a program that a manifest names.
package struct SourceProgramFile: Sendable, Equatable {
    /// Its path relative to the folder of the manifest, which it keeps in the working folder.
    package var file: String
    package var path: String
    /// The folder of the manifest, which must contain the file when it is read.
    package var folder: NamedFolder
}

extension JobManifest {
    /// The largest number of files of a program.
    private static let programFilesLimit = 10_000

    /// The folder of the manifest, which holds the files of a detector's program; nil for a detector without one.
    var programFolder: NamedFolder? {
        guard detector.kind == .external, !detector.external.files.isEmpty else { return nil }
        return NamedFolder(folder, followsLinks: dataset.links == .follow)
    }

    /// The files of the detector's program, with those in the folders that the manifest names, ordered by name. Hidden
    /// files in a folder are left out.
    ///
    /// - Throws: `DatasetError`.
    package func programFiles() throws(DatasetError) -> [SourceProgramFile] {
        guard let folder = programFolder else { return [] }
        var found: [String: SourceProgramFile] = [:]
        func collect(_ file: String, depth: Int) throws(DatasetError) {
            let path = folder.path + (folder.path.hasSuffix("/") ? "" : "/") + file
            do {
                try folder.permit(path)
                guard let entry = try NamedFolder.inspect(path) else {
                    throw DatasetError.missingProgramFile(path: path)
                }
                if entry.kind == .file {
                    found[file] = SourceProgramFile(file: file, path: path, folder: folder)
                } else if depth > 0 {
                    for name in try FolderListing.visibleNames(in: path) where name != "__pycache__" {
                        try collect(file + "/" + name, depth: depth - 1)
                    }
                }
            } catch let fault as LinkFault {
                throw .link(fault)
            } catch let fault as ListingFault {
                throw .unreadableFolder(path: fault.folder, reason: fault.reason)
            } catch let error as DatasetError {
                throw error
            } catch {
                fatalError("an unknown error of a listing: \(error)")
            }
            guard found.count <= Self.programFilesLimit else {
                throw .tooManyProgramFiles(folder: folder.path, limit: Self.programFilesLimit)
            }
        }
        for written in detector.external.files { try collect(PathText.read(written), depth: 64) }
        return found.values.sorted { $0.file.utf8.lexicographicallyPrecedes($1.file.utf8) }
    }
}
