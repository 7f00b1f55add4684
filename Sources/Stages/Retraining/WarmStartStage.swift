import AnomalyDetection
import ContentStore
import NeuralNetworks
import Pipeline

/// Makes a checkpoint of a finished model, to train it further: its weights with an optimiser that remembers nothing, and the
/// normalisation that they were trained with.
struct WarmStartStage: Stage {
    static let name = "warmStart"
    static let version = 2

    var outputs: [String] { ["checkpoint", "normalization.json"] }

    func run(_ context: TaskContext) throws {
        let model = try Model(bytes: try context.read("model"), name: "\(context.task) model")
        try context.write(Checkpoint(state: OptimizerState(parameters: model.parameters)).bytes, to: "checkpoint")
        try context.writeJSON(model.normalization, to: "normalization.json")
    }
}
