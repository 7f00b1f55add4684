import ContentStore
import Datasets
import Manifests
import Pipeline
import Stages

/// The files of a detector of the kind `external` as settings of the stage that fits it, with their locations.
package struct ExternalInputs: Sendable {
    fileprivate enum Source: Sendable {
        case program(ExternalProgram)
        case maps([ExternalProgram.File], scores: Bool)
    }

    fileprivate var source: Source
    /// By their names in the settings.
    fileprivate var locations: [String: FileLocation]
    /// The tasks that decode the images, if the detector consists of maps; else empty.
    fileprivate var images: [TaskID]

    /// Nil if the manifest has a detector of another kind.
    ///
    /// - Parameters:
    ///   - files: the files that the manifest names.
    ///   - digestOf: the digests of the files, by path.
    /// - Throws: `DatasetError.unplanned` for a file that was added after the folders were listed.
    package init?(
        _ files: [DetectorFile], _ manifest: JobManifest, _ digestOf: [String: Digest], images: [TaskID] = []
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
        source =
            section.maps == nil
            ? .program(
                ExternalProgram(
                    files: settings, fit: section.fit, score: section.score, scores: section.scores,
                    timeoutSeconds: section.timeoutSeconds))
            : .maps(settings, scores: section.scores)
        self.images = images
    }

    /// The program, if it is one.
    package var programs: [ExternalProgram] { if case .program(let program) = source { [program] } else { [] } }
}

extension TaskGraph {
    /// The programs of the user that the graph's detectors are fitted with.
    package var programs: [ExternalProgram] { tasks.compactMap { ($0.stage as? FitExternalStage)?.external } }
}

extension GraphAssembler {
    /// Adds the task that packs a detector of the kind `external`.
    mutating func addExternal(_ name: String, _ recipe: TrainingRecipe, _ inputs: FitInputs) -> TaskID {
        guard let external = inputs.external else { fatalError("a detector without its files") }
        switch external.source {
        case .program(let program):
            return add(
                "\(name)/external",
                FitExternalStage(external: program, seed: recipe.training.seed, grid: recipe.grid),
                inputs: [inputs.training], sources: external.locations, resources: .wholeMachine)
        case .maps(let files, let scores):
            return add(
                "\(name)/maps", FitMapsStage(maps: files, scores: scores, grid: recipe.grid),
                inputs: [inputs.heldOut]
                    + external.images.enumerated().map { TaskInput("images.\($0.offset)", $0.element, "images.json") },
                sources: external.locations)
        }
    }
}

extension JobBuilder {
    /// The files of a detector of the kind `external`; nil for other kinds.
    mutating func external(
        _ category: SourceCategory, _ recipe: TrainingRecipe, _ manifest: JobManifest
    ) throws -> ExternalInputs? {
        guard manifest.detector.kind == .external else { return nil }
        let images =
            manifest.maps == nil
            ? [] : try ingest(category, .train, recipe, manifest) + ingest(category, .test, recipe, manifest)
        return try ExternalInputs(
            detectorFiles(category: category.name, manifest), manifest, digestOf, images: images)
    }
}

extension JobManifest {
    /// Equal for manifests with the same files of a detector.
    func detectorFilesKey(category: String) -> [String] {
        maps.map { [category, $0.path] } ?? [""] + detector.external.files
    }
}
