import AnomalyDetection
import NeuralNetworks
import Pipeline

/// A network that marks defects in an image and the autoencoder's reconstruction of it.
package enum SegmentationKind: DetectorKind {
    package static let name = "segmentation"
    package static let explanation =
        "An autoencoder gives back an image as it would look if it were normal; a second network, trained with "
        + "synthetic defects, says which differences are defects."
    package static let pictureLabel = "Reconstruction"
    /// The networks have seen training images, but not new ones.
    package static let hasComparableTrainingScores = false

    package static func withDetector<Result>(
        _ payload: DetectorPayload, _ context: TaskContext, _ body: (any Detector) throws -> Result
    ) throws -> Result {
        let networks = try SegmentationPayload(bytes: payload.bytes, name: "\(context.task) detector")
        try networks.autoencoder.requireFit(payload.grid, name: "\(context.task) detector")
        func order(_ network: NetworkDescription) -> EngineCache.Order {
            .scoring(
                payload.engine, network, payload.grid.reduced(by: networks.autoencoder.reduction),
                threads: context.threads)
        }
        let engines = context.shared(EngineCache.self)
        return try engines.withEngine(order(networks.autoencoder.network)) { autoencoder in
            try engines.withEngine(order(networks.network)) { segmentation in
                try body(
                    try Segmenter(
                        autoencoder: autoencoder, segmentation: segmentation, networks, grid: payload.grid))
            }
        }
    }

    package static func facts(_ payload: [UInt8], name: String) throws -> [DetectorFact] {
        let networks = try SegmentationPayload(bytes: payload, name: name)
        return networks.autoencoder.facts + [
            DetectorFact(label: "Base width of the segmentation", value: "\(networks.baseWidth)"),
            DetectorFact(label: "Parameters of the segmentation", value: "\(networks.parameters.count)"),
        ]
    }
}
