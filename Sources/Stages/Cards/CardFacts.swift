import AnomalyDetection
import ContentStore
import Manifests
import Pipeline

/// The facts of a model's card that are known before any task runs.
struct CardFacts: Codable, Equatable, Sendable {
    var job: String
    /// The name of the case; see `Job.Case`.
    var name: String
    var category: String
    /// The layout of the data set: `mvtec` or `folder`.
    var layout: String
    var preset: String?
    var program: ModelCard.Program
    /// Nil if there are no foreign textures.
    var textures: Textures?
    var training: TrainingFacts
    /// See `VerdictConfidence`.
    var tolerance: Double
    var statements: Statements

    /// The files of foreign textures; `listSHA256` is the digest of `ImageSet.listText`.
    struct Textures: Codable, Equatable, Sendable {
        var images: Int
        var listSHA256: Digest

        init(_ sources: [Digest]) {
            (images, listSHA256) = (sources.count, Digest.of(text: ImageSet.listText(sources)))
        }
    }

    /// - Parameters:
    ///   - manifest: the category's manifest.
    ///   - recipe: the effective recipe of the training.
    ///   - stages: the stages that make the model and assess it.
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

/// The tasks whose results a model's card uses.
struct CardEvidenceTasks {
    /// The tasks that make `model` and `training.json`, and `assessment.json`.
    var calibrate, assess: TaskID
    /// The task that makes `training.json`, `heldout.json` and `colour.json`.
    var division: TaskID
    /// The ingest tasks of the normal images and the test images.
    var ingests: [TaskID]
    /// Nil if there are no test images.
    var metrics, confidence, drift: TaskID?
}

extension GraphAssembler {
    /// Adds the task that makes a model's card. Only pages depend on it.
    mutating func addCard(_ name: String, _ known: CardFacts, of evidence: CardEvidenceTasks) -> TaskID {
        let inventory = add(
            "\(name)/inventory", InventoryStage(),
            inputs: [
                TaskInput("training", evidence.division, "training.json"),
                TaskInput("heldout", evidence.division, "heldout.json"),
                TaskInput("colour", evidence.division, "colour.json"),
            ] + evidence.ingests.enumerated().map { TaskInput("images.\($0.offset)", $0.element, "images.json") })
        var inputs = [
            TaskInput("model", evidence.calibrate, "model"), TaskInput("inventory", inventory, "inventory.json"),
            TaskInput("training", evidence.calibrate, "training.json"),
            TaskInput("assessment", evidence.assess, "assessment.json"),
        ]
        if let metrics = evidence.metrics {
            inputs.append(TaskInput("metrics", metrics, "metrics.json"))
            inputs.append(TaskInput("scores", evidence.confidence ?? metrics, "scores.json"))
        }
        if let drift = evidence.drift { inputs.append(TaskInput("drift", drift, "drift.json")) }
        return add("\(name)/card", CardStage(known: known), inputs: inputs)
    }
}
