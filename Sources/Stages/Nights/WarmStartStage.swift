import AnomalyDetection
import BinaryCoding
import ContentStore
import Datasets
import NeuralNetworks
import Pipeline

/// Makes a checkpoint of a finished model for further training: its weights and normalisation, with a new optimiser
/// state.
package struct WarmStartStage: Stage {
    package static let name = "warmStart"
    /// History: 3 = segmentation networks.
    package static let version = 3

    /// True to make a checkpoint of the model's segmentation network, too.
    var withSegmentation: Bool

    package init(withSegmentation: Bool = false) { self.withSegmentation = withSegmentation }

    package var outputs: [String] {
        ["checkpoint", "normalization.json"] + (withSegmentation ? ["segmentation"] : [])
    }

    package func run(_ context: TaskContext) throws {
        let model = try Model(bytes: try context.read("model"), name: "\(context.task) model")
        guard let network = try model.autoencoder(name: "\(context.task) model") else {
            throw FormatError.damaged(
                "\(context.task) model",
                what: "a detector of the kind \"\(model.kind)\" cannot be trained further")
        }
        try context.write(Checkpoint(state: OptimizerState(parameters: network.parameters)).bytes, to: "checkpoint")
        try context.writeJSON(network.normalization, to: "normalization.json")
        if withSegmentation {
            let parameters = try model.segmentation(name: "\(context.task) model")?.parameters ?? []
            try context.write(Checkpoint(state: OptimizerState(parameters: parameters)).bytes, to: "segmentation")
        }
    }
}
