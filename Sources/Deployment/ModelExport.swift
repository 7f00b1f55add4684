import AnomalyDetection
import Backbones
import ContentStore
import Stages
import StrictJSON

/// A model as an ONNX file with everything that scores an image.
package struct ModelExport {
    package let bytes: [UInt8]
    package let model: Model
    package let digest: Digest
    package let samples: ModelGraph.Samples
    /// True if samples are given as float32.
    package let takesFloat: Bool
    package let size: ModelGraph.ImageSize?
    /// The network with 8 bits; nil for float32.
    package let quantized: QuantizedModel?

    /// - Parameters:
    ///   - model: with the threshold in force.
    ///   - digest: that of the model file.
    ///   - backbone: the network that the model was fitted to; nil if it has none.
    ///   - card: the model's card as JSON; nil without one.
    ///   - samples: nil for 16 bits where the model has a sample range, else 8.
    ///   - takesFloat: true for samples as float32 of the same values.
    ///   - size: of all images; nil for images of any size.
    ///   - quantized: the same model with 8 bits; nil for float32.
    /// - Throws: `ModelGraphError`, `FormatError`, `InferenceError`.
    package init(
        _ model: Model, digest: Digest, backbone: Backbone?, card: [UInt8]?, samples: ModelGraph.Samples? = nil,
        takesFloat: Bool = false, size: ModelGraph.ImageSize? = nil, quantized: QuantizedModel? = nil
    ) throws {
        (self.model, self.digest, self.size, self.quantized) = (model, digest, size, quantized)
        self.takesFloat = takesFloat
        self.samples = samples ?? (model.range == nil ? .uint8 : .uint16)
        var graph = try ModelGraph(
            model, backbone: backbone, samples: self.samples, takesFloat: takesFloat, size: size,
            quantization: quantized?.quantization)
        graph.describe([
            ("nominal.format", "\(ModelGraph.version)"), ("nominal.name", model.name), ("nominal.sha256", digest.hex),
            ("nominal.detector", model.kind), ("nominal.samples", self.samples.rawValue),
            ("nominal.precision", quantized == nil ? "float32" : QuantizedModel.precision),
            ("nominal.threshold", "\(model.calibration.threshold)"),
            ("nominal.pixelThreshold", "\(model.pixelThreshold)"),
            ("nominal.licence", try card.flatMap(Self.licence) ?? "not stated"),
        ])
        if let size = model.pixelSize { graph.describe([("nominal.pixelSize", "\(size)")]) }
        if let backbone { graph.describe([("nominal.backbone.licence", backbone.provenance.licence)]) }
        if let card { graph.describe([("nominal.card", String(decoding: card, as: UTF8.self))]) }
        bytes = try graph.file()
    }

    /// The allowed differences of other runtimes: with 8 bits, as much as these change the results on the calibration
    /// images, because a sum that rounds to another code changes all that follows.
    package var tolerance: SelfTestTolerance { quantized?.change.tolerance ?? .float32 }

    private static func licence(of card: [UInt8]) throws -> String? {
        struct Card: Decodable {
            struct Statements: Decodable { var licence: String? }
            var statedByOwner: Statements
        }
        return try StageJSON.decode(Card.self, card).statedByOwner.licence
    }
}
