import AnomalyDetection
import BinaryCoding
import ContentStore
import Pipeline

/// A kind of detector. Stages know detectors by this alone; a kind has a folder of its own here, which also holds the
/// stages that fit it. They end in a payload, the output `detector`.
package protocol DetectorKind {
    /// The name in manifests and models.
    static var name: String { get }
    /// True if scores of training images spread like those of new normal images, though they are lower.
    static var hasComparableTrainingScores: Bool { get }
    /// The caption of its pictures.
    static var pictureLabel: String { get }

    /// Calls `body` with a detector that is ready to score images of the size of its grid.
    ///
    /// - Throws: `FormatError` for an invalid payload, and what `body` throws.
    static func withDetector<Result>(
        _ payload: DetectorPayload, _ context: TaskContext, _ body: (any Detector) throws -> Result
    ) throws -> Result

    /// The pretrained network that a payload needs, the input `backbone` of its tasks; nil if it needs none.
    ///
    /// - Throws: `FormatError`.
    static func backbone(of payload: [UInt8], name: String) throws -> Digest?

    /// What a card and a listing say of a payload, such as its number of parameters.
    ///
    /// - Throws: `FormatError`.
    static func facts(_ payload: [UInt8], name: String) throws -> [DetectorFact]
}

extension DetectorKind {
    package static var hasComparableTrainingScores: Bool { true }
    package static var pictureLabel: String { "Expected" }
    package static func backbone(of payload: [UInt8], name: String) throws -> Digest? { nil }
}

/// A fitted detector with what all kinds share, before or after its calibration.
package struct DetectorPayload {
    var bytes: [UInt8]
    var grid: TileGrid
    var scoring: ScoringParameters
    var engine: EngineChoice
}

package struct DetectorFact: Codable, Equatable, Sendable {
    package var label, value: String
}

/// The kinds of detectors of the program.
package enum DetectorKinds {
    static var all: [any DetectorKind.Type] {
        [
            AutoencoderKind.self, MemoryKind.self, GaussianKind.self, RandomKind.self, FusionKind.self,
            ExternalKind.self, MapsKind.self,
        ]
    }

    /// - Throws: `FormatError` for a kind that this program does not know.
    package static func named(_ name: String, in file: String) throws -> any DetectorKind.Type {
        for known in all where known.name == name { return known }
        let names = all.map { $0.name }.joined(separator: ", ")
        throw FormatError.damaged(
            file, at: 0, what: "a detector of the kind \"\(name)\"; this program has \(names)")
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

    /// The pretrained network that the model needs; nil if it needs none.
    ///
    /// - Throws: `FormatError`.
    package func backbone(name: String) throws -> Digest? {
        try DetectorKinds.named(kind, in: name).backbone(of: payload, name: name)
    }

    /// - Throws: `FormatError`.
    package func detectorFacts(name: String) throws -> [DetectorFact] {
        try DetectorKinds.named(kind, in: name).facts(payload, name: name)
    }
}
