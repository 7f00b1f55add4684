import AnomalyDetection
import BinaryCoding
import ContentStore
import Pipeline

/// Normal distributions of the features of normal patches, from a pretrained network.
package enum GaussianKind: DetectorKind {
    package static let name = "gaussian"
    package static let explanation =
        "It compares each patch of an image with the distribution of normal patches, by features of a pretrained network."
    /// The distributions fit training images better than new ones.
    package static let hasComparableTrainingScores = false

    package static func withDetector<Result>(
        _ payload: DetectorPayload, _ context: TaskContext, _ body: (any Detector) throws -> Result
    ) throws -> Result {
        let model = try GaussianPayload(bytes: payload.bytes, name: "\(context.task) detector")
        return try model.source.withExtractor(payload.engine, context) {
            let grid = payload.grid
            let shape = try $0.shape(width: grid.tileWidth, height: grid.tileHeight)
            guard model.places == 1 || model.places == grid.count * shape.rows * shape.columns,
                model.channels.allSatisfy({ $0 < shape.dimensions })
            else {
                throw FormatError.damaged(
                    "\(context.task) detector",
                    what: "\(model.places) places for images of \(grid.count * shape.rows * shape.columns)")
            }
            return try body(GaussianDetector(model, $0, grid: grid, threads: context.threads))
        }
    }

    package static func backbone(of payload: [UInt8], name: String) throws -> Digest? {
        try GaussianPayload(bytes: payload, name: name).source.backbone
    }

    package static func facts(_ payload: [UInt8], name: String) throws -> [DetectorFact] {
        let model = try GaussianPayload(bytes: payload, name: name)
        return model.source.facts + [
            DetectorFact(label: "Channels", value: "\(model.dimensions)"),
            DetectorFact(label: "Places", value: model.places == 1 ? "all together" : "\(model.places)"),
        ]
    }
}
