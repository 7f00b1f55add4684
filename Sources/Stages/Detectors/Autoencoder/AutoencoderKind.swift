import AnomalyDetection
import NeuralNetworks
import Pipeline

/// The autoencoder of Bauer, Nakajima and Müller (arXiv 2206.11723), which is trained on partially corrupted images.
package enum AutoencoderKind: DetectorKind {
    package static let name = "ssae"
    package static let explanation =
        "The network gives back an image as it would look if it were normal; what it changes is the anomaly."
    package static let pictureLabel = "Reconstruction"

    package static func withDetector<Result>(
        _ payload: DetectorPayload, _ context: TaskContext, _ body: (any Detector) throws -> Result
    ) throws -> Result {
        let network = try AutoencoderPayload(bytes: payload.bytes, name: "\(context.task) detector")
        try network.require(payload.scoring, payload.grid, name: "\(context.task) detector")
        let settings = NetworkSettings(architecture: network.architecture, baseWidth: network.baseWidth)
        let order = EngineCache.Order.scoring(payload.engine, settings, payload.grid, threads: context.threads)
        return try context.shared(EngineCache.self).withEngine(order) { engine in
            try body(try Autoencoder(engine: engine, network, grid: payload.grid, scoring: payload.scoring))
        }
    }

    package static func facts(_ payload: [UInt8], name: String) throws -> [DetectorFact] {
        let network = try AutoencoderPayload(bytes: payload, name: name)
        return [
            DetectorFact(label: "Architecture", value: network.architecture.rawValue),
            DetectorFact(label: "Base width", value: "\(network.baseWidth)"),
            DetectorFact(label: "Parameters", value: "\(network.parameters.count)"),
        ]
    }
}

extension Model {
    /// The network of an autoencoder, or of one that takes part in a fusion; nil without one.
    ///
    /// - Throws: `FormatError`.
    package func autoencoder(name: String) throws -> AutoencoderPayload? {
        var found = kind == AutoencoderKind.name ? payload : nil
        if kind == FusionKind.name {
            found = try FusionPayload(bytes: payload, name: name).members.first { $0.kind == AutoencoderKind.name }?
                .payload
        }
        return try found.map { try AutoencoderPayload(bytes: $0, name: name) }
    }
}
