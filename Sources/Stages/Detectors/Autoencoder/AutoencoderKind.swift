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
        let order = EngineCache.Order.scoring(
            payload.engine, network.network, payload.grid.reduced(by: network.reduction), threads: context.threads)
        return try context.shared(EngineCache.self).withEngine(order) { engine in
            try body(try Autoencoder(engine: engine, network, grid: payload.grid, scoring: payload.scoring))
        }
    }

    package static func facts(_ payload: [UInt8], name: String) throws -> [DetectorFact] {
        try AutoencoderPayload(bytes: payload, name: name).facts
    }
}

extension AutoencoderPayload {
    var facts: [DetectorFact] {
        [
            DetectorFact(label: "Architecture", value: architecture.rawValue),
            DetectorFact(label: "Base width", value: "\(baseWidth)"),
            DetectorFact(label: "Parameters", value: "\(parameters.count)"),
        ] + (reduction > 1 ? [DetectorFact(label: "Reduction of images", value: "\(reduction)")] : [])
            + (input == .localContrast ? [DetectorFact(label: "Input", value: "local contrast")] : [])
    }
}

extension Model {
    /// The network of an autoencoder, or of one that takes part in a segmentation or fusion; nil without one.
    ///
    /// - Throws: `FormatError`.
    package func autoencoder(name: String) throws -> AutoencoderPayload? {
        if let own = try parts(name: name).first(where: { $0.kind == AutoencoderKind.name }) {
            return try AutoencoderPayload(bytes: own.payload, name: name)
        }
        return try segmentation(name: name)?.autoencoder
    }

    /// The networks of a segmentation, or of one that takes part in a fusion; nil without one.
    ///
    /// - Throws: `FormatError`.
    package func segmentation(name: String) throws -> SegmentationPayload? {
        try parts(name: name).first { $0.kind == SegmentationKind.name }
            .map { try SegmentationPayload(bytes: $0.payload, name: name) }
    }

    /// The detectors of a fusion, or the model's own.
    private func parts(name: String) throws -> [(kind: String, payload: [UInt8])] {
        kind == FusionKind.name
            ? try FusionPayload(bytes: payload, name: name).members.map { ($0.kind, $0.payload) } : [(kind, payload)]
    }
}
