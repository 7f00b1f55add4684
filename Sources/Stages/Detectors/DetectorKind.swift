import AnomalyDetection
import BinaryCoding
import ContentStore
import ONNX
import Pipeline

/// A kind of detector. Other stages use detectors through this protocol only. Each kind has a folder here, with the
/// stages that fit it; their output `detector` is the payload.
package protocol DetectorKind {
    /// The name in manifests and models.
    static var name: String { get }
    /// True if the scores of training images vary as much as the scores of new normal images. Their level may be lower.
    static var hasComparableTrainingScores: Bool { get }
    /// A sentence for cards: what an image is compared with.
    static var explanation: String { get }
    /// The caption of the detector's pictures.
    static var pictureLabel: String { get }

    /// Calls `body` with a detector that is ready to score images of the size of its grid.
    ///
    /// - Throws: `FormatError` for an invalid payload, and what `body` throws.
    static func withDetector<Result>(
        _ payload: DetectorPayload, _ context: TaskContext, _ body: (any Detector) throws -> Result
    ) throws -> Result

    /// The pretrained network that a payload was fitted to, which is the input `backbone` of its tasks; nil for kinds
    /// without one.
    ///
    /// - Throws: `FormatError`.
    static func backbone(of payload: [UInt8], name: String) throws -> Digest?

    /// The digests of the image files of which a payload holds parts that can be shown. A night without one of them
    /// makes the detector anew.
    ///
    /// - Throws: `FormatError`.
    static func images(of payload: [UInt8], name: String) throws -> [Digest]

    /// Facts about a payload for cards and listings, such as the number of parameters.
    ///
    /// - Throws: `FormatError`.
    static func facts(_ payload: [UInt8], name: String) throws -> [DetectorFact]

    /// Adds the maps of a payload to the graph of a model: the operations of `Detector.maps`.
    ///
    /// - Throws: `ModelGraphError` for what ONNX cannot express, `FormatError`.
    static func addMaps(_ request: GraphRequest, to graph: inout ONNXGraph) throws -> GraphMaps
}

extension DetectorKind {
    package static var hasComparableTrainingScores: Bool { true }
    package static var pictureLabel: String { "Expected" }
    package static func backbone(of payload: [UInt8], name: String) throws -> Digest? { nil }
    package static func images(of payload: [UInt8], name: String) throws -> [Digest] { [] }
}

/// The payload of a fitted detector with the settings that all kinds share.
package struct DetectorPayload {
    var bytes: [UInt8]
    var grid: TileGrid
    var scoring: ScoringParameters
    var engine: EngineChoice
}

package struct DetectorFact: Codable, Equatable, Sendable {
    package var label, value: String
}

/// The kinds of detectors that the program has.
package enum DetectorKinds {
    static var all: [any DetectorKind.Type] {
        [
            AutoencoderKind.self, SegmentationKind.self, MemoryKind.self, GaussianKind.self, RandomKind.self,
            FusionKind.self, ExternalKind.self, MapsKind.self,
        ]
    }

    /// True if a detector for one thread takes its share of the memory of one for all threads, so that tasks may have
    /// one each. False for kinds with a payload that every detector holds.
    package static func canShareEngine(_ name: String) -> Bool {
        [AutoencoderKind.name, SegmentationKind.name].contains(name)
    }

    /// The kind with a name.
    ///
    /// - Throws: `FormatError` for an unknown name.
    package static func named(_ name: String, in file: String) throws -> any DetectorKind.Type {
        for known in all where known.name == name { return known }
        let names = all.map { $0.name }.joined(separator: ", ")
        throw FormatError.damaged(
            file, what: "a detector of the kind \"\(name)\"; this program has \(names)")
    }
}

extension Model {
    /// Calls `body` with the model's detector.
    func withDetector<Result>(
        _ engine: EngineChoice, _ context: TaskContext, _ body: (any Detector) throws -> Result
    ) throws -> Result {
        let payload = DetectorPayload(bytes: payload, grid: grid, scoring: scoring, engine: engine)
        return try DetectorKinds.named(kind, in: "\(context.task) model").withDetector(payload, context, body)
    }

    /// The pretrained network that the model was fitted to; nil if it has none.
    ///
    /// - Throws: `FormatError`.
    package func backbone(name: String) throws -> Digest? {
        try DetectorKinds.named(kind, in: name).backbone(of: payload, name: name)
    }

    /// The digests of the image files of which the model holds parts that can be shown.
    ///
    /// - Throws: `FormatError`.
    package func images(name: String) throws -> [Digest] {
        try DetectorKinds.named(kind, in: name).images(of: payload, name: name)
    }

    /// Facts about the model's detector for cards and listings.
    ///
    /// - Throws: `FormatError`.
    package func detectorFacts(name: String) throws -> [DetectorFact] {
        try DetectorKinds.named(kind, in: name).facts(payload, name: name)
    }
}
