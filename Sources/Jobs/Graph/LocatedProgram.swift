import ContentStore
import Datasets
import Manifests
import Pipeline
import Stages

/// A program of the user as a setting of `FitExternalStage`, with the locations of its files.
package struct LocatedProgram: Sendable {
    package var program: ExternalProgram
    /// By their names in the settings.
    var locations: [String: FileLocation]

    /// Nil if the manifest has a detector of another kind.
    ///
    /// - Parameters:
    ///   - files: the files that the manifest names.
    ///   - digestOf: the digests of the files, by path.
    /// - Throws: `DatasetError.unplanned` for a file that was added after the folders were listed.
    package init?(
        _ files: [SourceProgramFile], _ manifest: JobManifest, _ digestOf: [String: Digest]
    ) throws(DatasetError) {
        guard manifest.detector.kind == .external else { return nil }
        var settings: [ExternalProgram.File] = []
        locations = [:]
        for file in files {
            guard let digest = digestOf[file.path] else { throw .unplanned(file: file.path) }
            settings.append(ExternalProgram.File(file: file.file, digest: digest))
            locations[file.file] = FileLocation(path: file.path, folder: file.folder)
        }
        let section = manifest.detector.external
        program = ExternalProgram(
            files: settings, fit: section.fit, score: section.score, scores: section.scores,
            timeoutSeconds: section.timeoutSeconds)
    }
}

extension TaskGraph {
    /// The programs of the user that the graph's detectors are fitted with.
    package var programs: [ExternalProgram] { tasks.compactMap { ($0.stage as? FitExternalStage)?.external } }
}
