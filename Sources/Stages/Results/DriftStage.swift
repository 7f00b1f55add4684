import AnomalyDetection
import ContentStore
import Pipeline

/// Compares the appearance of the test images with that of the normal images that the model was made from: whether camera or
/// light have changed since. Images that are known to be anomalous are left out, as a defect changes them too. It is for
/// people to see; nothing is tuned by it.
///
/// Normal images come as `training` and `heldout`, or as `normal.N`, lists after ingest. The scores that a
/// model gives to normal images that it was not trained on (`usual.N`) and to the others (`scores.N`) are compared as well.
struct DriftStage: Stage {
    static let name = "drift"
    static let version = 1

    var outputs: [String] { ["drift.json"] }

    func run(_ context: TaskContext) throws {
        var normal: [Digest] = []
        for input in ["training", "heldout"] where context.hasInput(input) {
            normal += try context.readJSON(TrainingIndex.self, input).entries.map(\.pixels)
        }
        for input in context.inputs(startingWith: "normal.") {
            normal += try context.readJSON(ImageIndex.self, input).entries.compactMap(\.pixels)
        }
        var tested: [Digest] = []
        for input in context.inputs(startingWith: "images") {
            tested += try context.readJSON(ImageIndex.self, input).entries.filter { $0.isAnomalous != true }
                .compactMap(\.pixels)
        }
        var done = 0
        func appearances(_ images: [Digest]) throws -> [ImageAppearance] {
            try images.map { pixels in
                try context.checkCancellation()
                done += 1
                context.progress(done, of: normal.count + tested.count, unit: "images")
                return ImageAppearance(try PackedImage(bytes: try context.blob(pixels), name: pixels.short).image)
            }
        }
        var record = DriftRecord(normal: try appearances(normal), tested: try appearances(tested))
        func scores(_ prefix: String) throws -> [Double]? {
            let inputs = context.inputs(startingWith: prefix)
            if inputs.isEmpty { return nil }
            return try inputs.flatMap { try context.readJSON(ScoreIndex.self, $0).entries }
                .map { Double($0.normalizedScore) }
        }
        (record.normalScores, record.testedScores) = (try scores("usual."), try scores("scores."))
        try context.writeJSON(record, to: "drift.json")
    }
}

/// `drift.json`.
struct DriftRecord: Codable, Equatable {
    var normal, tested: [ImageAppearance]
    /// With 0 for the median normal image and 1 for the threshold; nil where no model was asked.
    var normalScores, testedScores: [Double]?
}
