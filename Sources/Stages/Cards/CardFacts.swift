import AnomalyDetection
import ContentStore
import Manifests
import Pipeline

/// What is known of a model's card before anything runs.
struct CardFacts: Codable, Equatable, Sendable {
    /// Of the job.
    var job: String
    /// See `Job.Case`.
    var name: String
    var category: String
    /// Of the data set: `mvtec` or `folder`.
    var layout: String
    var preset: String?
    var program: ModelCard.Program
    /// Foreign textures; nil where there are none.
    var textures: Textures?
    var training: TrainingFacts
    /// See `VerdictConfidence`.
    var tolerance: Double
    var statements: Statements

    /// The files of foreign textures; the digest is that of `ImageSet.listText`.
    struct Textures: Codable, Equatable, Sendable {
        var images: Int
        var listSHA256: Digest

        init(_ sources: [Digest]) {
            (images, listSHA256) = (sources.count, Digest.of(text: ImageSet.listText(sources)))
        }
    }

    /// - Parameters:
    ///   - manifest: of the category.
    ///   - recipe: that it was really trained by.
    ///   - stages: what makes the model and what is known of it.
    init(
        _ manifest: JobManifest, name: String, category: String, recipe: TrainingRecipe, textures: [Digest]?,
        candidates: Int, startedFrom: Digest? = nil, stages: [any Stage.Type]
    ) {
        (job, self.name, self.category) = (manifest.name, name, category)
        layout =
            switch manifest.dataset.layout {
            case .mvtec: "mvtec"
            case .folder: "folder"
            }
        preset = manifest.preset
        program = ModelCard.Program(
            nominal: NominalVersion.current, numerics: Job.numerics,
            stages: Dictionary(stages.map { ($0.name, $0.version) }) { first, _ in first },
            trainingEngine: recipe.engine.texts, scoringEngine: recipe.scoringEngine.texts)
        self.textures = textures.map(Textures.init)
        training = TrainingFacts(recipe, candidates: candidates, startedFrom: startedFrom)
        tolerance = manifest.calibration.tolerance
        statements = Statements(manifest.card)
    }
}
