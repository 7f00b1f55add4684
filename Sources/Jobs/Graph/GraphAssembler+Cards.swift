import AnomalyDetection
import ContentStore
import Manifests
import Pipeline
import Stages

/// The tasks whose results a model's card uses.
package struct CardEvidenceTasks {
    /// The tasks that make `training.json`, `model` and `assessment.json`.
    package var fit, calibrate, assess: TaskID
    /// The task that makes `training.json`, `heldout.json` and `colour.json`.
    package var division: TaskID
    /// The ingest tasks of the normal images and the test images.
    package var ingests: [TaskID]
    /// Nil if there are no test images.
    package var metrics, confidence, drift: TaskID?

    package init(
        fit: TaskID, calibrate: TaskID, assess: TaskID, division: TaskID, ingests: [TaskID], metrics: TaskID? = nil,
        confidence: TaskID? = nil, drift: TaskID? = nil
    ) {
        (self.fit, self.calibrate, self.assess, self.division) = (fit, calibrate, assess, division)
        (self.ingests, self.metrics, self.confidence) = (ingests, metrics, confidence)
        self.drift = drift
    }
}

extension GraphAssembler {
    /// Adds the task that makes a model's card. Only pages depend on it.
    package mutating func addCard(
        _ name: String, _ known: CardFacts, _ frame: ObjectFrame?, of evidence: CardEvidenceTasks
    ) -> TaskID {
        let inventory = add(
            "\(name)/inventory", InventoryStage(frame: frame),
            inputs: [
                TaskInput("training", evidence.division, "training.json"),
                TaskInput("heldout", evidence.division, "heldout.json"),
                TaskInput("colour", evidence.division, "colour.json"),
            ] + evidence.ingests.enumerated().map { TaskInput("images.\($0.offset)", $0.element, "images.json") })
        var inputs = [
            TaskInput("model", evidence.calibrate, "model"), TaskInput("inventory", inventory, "inventory.json"),
            TaskInput("training", evidence.fit, "training.json"),
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

extension CardFacts {
    /// - Parameters:
    ///   - manifest: the category's manifest.
    ///   - recipe: the effective recipe of the training.
    ///   - stages: the stages that make the model and assess it.
    package init(
        _ manifest: JobManifest, name: String, category: String, recipe: TrainingRecipe, textures: [Digest]?,
        candidates: Int, startedFrom: Digest? = nil, stages: [any Stage.Type]
    ) {
        let program = ModelCard.Program(
            nominal: NominalVersion.current, numerics: NominalVersion.numerics,
            stages: Dictionary(stages.map { ($0.name, $0.version) }) { first, _ in first },
            trainingEngine: recipe.engine.texts, scoringEngine: recipe.scoringEngine.texts)
        self.init(
            job: manifest.name, name: name, category: category, layout: manifest.dataset.layout.name,
            preset: manifest.preset,
            program: program, textures: textures.map { Textures($0) },
            training: recipe.detector.isTrained
                ? TrainingFacts(
                    recipe.training, corruption: recipe.corruption, augmentation: recipe.augmentation,
                    candidates: candidates, startedFrom: startedFrom) : nil,
            tolerance: manifest.calibration.tolerance, statements: Statements(manifest.card))
    }
}

extension Statements {
    package init(_ section: CardSection) {
        self.init(
            licence: section.licence, dataLicence: section.dataLicence, dataSource: section.dataSource,
            owner: section.owner, contact: section.contact, intendedUse: section.intendedUse,
            outOfScope: section.outOfScope, notes: section.notes)
    }
}
