import Manifests
import Pipeline

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
        return add("\(name)/card", CardStage(known: known), inputs: inputs)
    }
}
