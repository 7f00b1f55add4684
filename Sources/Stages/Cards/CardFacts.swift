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
            trainingEngine: CardFacts.texts(recipe.engine), scoringEngine: CardFacts.texts(recipe.scoringEngine))
        self.textures = textures.map(Textures.init)
        training = TrainingFacts(recipe, candidates: candidates, startedFrom: startedFrom)
        tolerance = manifest.calibration.tolerance
        statements = Statements(manifest.card)
    }

    private static func texts(_ engine: EngineChoice) -> [String: String] {
        var texts: [String: String] = [:]
        for part in engine.keyParts {
            guard case .text(let text) = part.value else { fatalError("\(part.name) of an engine is no text") }
            texts[part.name] = text
        }
        return texts
    }

    /// A part for each value, so that a difference names it.
    var keyParts: [KeyPart] {
        get throws {
            let document = try JSONParser.parse(try StageJSON.encode(self), file: "card")
            var parts: [KeyPart] = []
            func collect(_ value: JSONValue, _ pointer: JSONPointer) {
                guard let members = value.members else {
                    return parts.append(KeyPart(pointer.description, JSONSerializer.canonical(value)))
                }
                for member in members { collect(member.value, pointer.appending(member.name)) }
            }
            collect(document, .root)
            return parts
        }
    }
}

/// The tasks that a model's card is made from.
struct CardEvidenceTasks {
    /// Make `model` and the curve of the training, and `assessment.json`.
    var calibrate, assess: TaskID
    /// Makes `training.json`, `heldout.json` and `colour.json`.
    var division: TaskID
    /// Lists of images after ingest, normal ones and test images.
    var ingests: [TaskID]
    /// Nil where there are no test images.
    var metrics, confidence, drift: TaskID?
}

extension GraphAssembler {
    /// The task that makes the card of a model. Nothing but pages depends on it.
    mutating func addCard(_ name: String, _ known: CardFacts, of evidence: CardEvidenceTasks) throws -> TaskID {
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
        return add("\(name)/card", try CardStage(known), inputs: inputs)
    }
}
