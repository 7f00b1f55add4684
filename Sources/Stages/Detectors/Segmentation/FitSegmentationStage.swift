import AnomalyDetection
import NeuralNetworks
import Pipeline

/// Makes a detector of two trained networks.
package struct FitSegmentationStage: Stage {
    package static let name = "segmentation"
    /// History: 2 = the network's input.
    package static let version = 2

    var network: NetworkSettings
    /// See `AutoencoderPayload.reduction`.
    var reduction: Int
    var segmentation: SegmentationSettings

    package init(network: NetworkSettings, reduction: Int, segmentation: SegmentationSettings) {
        (self.network, self.reduction, self.segmentation) = (network, reduction, segmentation)
    }

    package var outputs: [String] { ["detector", "training.json"] }

    package func run(_ context: TaskContext) throws {
        func checkpoint(_ input: String) throws -> Checkpoint {
            try Checkpoint(bytes: try context.read(input), name: "\(context.task) \(input)")
        }
        let trained = try checkpoint("checkpoint")
        let payload = SegmentationPayload(
            autoencoder: AutoencoderPayload(
                architecture: network.architecture, baseWidth: network.baseWidth, reduction: reduction,
                input: network.input, parameters: try checkpoint("autoencoder").state.modelParameters,
                normalization: try context.readJSON(PixelNormalization.self, "normalization")),
            baseWidth: segmentation.baseWidth, parameters: trained.state.modelParameters)
        try context.write(payload.bytes, to: "detector")
        try context.writeJSON(trained.history.map(TrainingPoint.init), to: "training.json")
    }
}

/// The settings of a segmentation network.
package struct SegmentationSettings: Codable, Equatable, Sendable {
    package var baseWidth: Int

    package init(baseWidth: Int) { self.baseWidth = baseWidth }

    package var description: NetworkDescription { .segmentation(baseWidth: baseWidth) }
}
