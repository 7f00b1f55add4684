import AnomalyDetection
import ContentStore
import Pipeline

/// Random projection outlyingness of the features of a pretrained network.
package enum RandomKind: DetectorKind {
    package static let name = "random"
    package static let explanation =
        "It compares each patch of an image with normal patches along random directions, by features of a pretrained network."
    package static let hasComparableTrainingScores = false

    package static func withDetector<Result>(
        _ payload: DetectorPayload, _ context: TaskContext, _ body: (any Detector) throws -> Result
    ) throws -> Result {
        let model = try RandomPayload(bytes: payload.bytes, name: "\(context.task) detector")
        return try model.source.withExtractor(payload.engine, context) {
            try $0.require(dimensions: model.dimensions, payload.grid, context)
            return try body(try RandomDetector(model, $0, grid: payload.grid, threads: context.threads))
        }
    }

    package static func backbone(of payload: [UInt8], name: String) throws -> Digest? {
        try RandomPayload(bytes: payload, name: name).source.backbone
    }

    package static func facts(_ payload: [UInt8], name: String) throws -> [DetectorFact] {
        let model = try RandomPayload(bytes: payload, name: name)
        return model.source.facts + [DetectorFact(label: "Directions", value: "\(model.count)")]
    }
}
