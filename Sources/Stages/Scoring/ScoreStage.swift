import AnomalyDetection
import BinaryCoding
import ContentStore
import Datasets
import Imaging
import ModelRegistry
import Pipeline

/// The files of a scored image, besides its score.
package enum ScoreFiles: String, Codable, Sendable {
    /// The anomaly map alone.
    case maps
    /// No file.
    case scores
}

/// Scores images: a float32 map at the size of the original, a score and a verdict for each.
package struct ScoreStage: Stage {
    package static let name = "score"
    /// History: 7 = objects in light from one side; 6 = levels and contrasts of an autoencoder within the region of
    /// interest; 5 = regions; 4 = detectors of any kind, some without a picture.
    package static let version = 7

    var engine: EngineChoice
    /// The threshold that replaces the model's own.
    var threshold: ChosenThreshold?
    /// The files that are kept of each image; nil for all of them.
    var files: ScoreFiles?

    package init(engine: EngineChoice, threshold: ChosenThreshold? = nil, files: ScoreFiles? = nil) {
        (self.engine, self.threshold, self.files) = (engine, threshold, files)
    }

    package var outputs: [String] { ["scores.json"] }

    package func run(_ context: TaskContext) throws {
        var model = try Model(bytes: try context.read("model"), name: "\(context.task) model")
        let origin = threshold?.origin ?? model.calibration.chosenThreshold.map { _ in ChosenThreshold.ofManifest }
        model.calibration = model.calibration.choosing(threshold?.value)
        let images = try context.readJSON(ImageIndex.self, "images").entries
        let listener = context.shared(ScoreListener.self)
        for image in images where image.pixels == nil { listener.tell(.rejected(image)) }
        let entries = images.filter { $0.pixels != nil }
        var scores = ScoreIndex(entries: [])
        try model.withDetector(engine, context) { detector in
            for batch in detector.batches(of: entries.count) {
                try context.checkCancellation()
                let group = entries[batch]
                let images = try group.map { entry in
                    let image = try context.image(entry.pixels!, region: entry.region, name: entry.file)
                    guard (image.width, image.height) == (model.grid.width, model.grid.height) else {
                        throw FormatError.damaged(
                            entry.file,
                            what: "\(image.width) x \(image.height) pixels for a model of \(model.grid.width) x "
                                + "\(model.grid.height)")
                    }
                    return image
                }
                for (entry, detection) in zip(group, try detector.detect(images, model.scoring)) {
                    let score = try score(entry, detection, model, origin, context)
                    scores.entries.append(score)
                    listener.tell(.scored(score))
                }
                context.progress(scores.entries.count, of: entries.count, unit: "images")
            }
        }
        try context.writeJSON(scores, to: "scores.json")
    }

    private func score(
        _ entry: ImageIndex.Entry, _ detection: Detection, _ model: Model, _ origin: String?, _ context: TaskContext
    ) throws -> ScoreIndex.Entry {
        guard detection.score.isFinite else { throw ScoringError.notFinite(task: "\(context.task)") }
        // Resizing raises no value, and most maps have none that high.
        let hasRegions = detection.map.values.contains { $0 >= model.pixelThreshold && $0 < .infinity }
        let whole =
            files == .scores && !hasRegions
            ? nil
            : model.frame?.placed(detection.map, entry.pose, width: entry.width, height: entry.height)
                ?? detection.map.resized(width: entry.width, height: entry.height)
        let region = try entry.originalRegion.map { try context.regionMask($0, of: entry.file).values }
        let map =
            try files == .scores
            ? nil : whole.map { try context.publish(bytes: try $0.lowered(outside: region).tiffBytes()) }
        let picture = try files == nil ? detection.picture.map { try JPEGEncoder.encode($0, quality: 92) } : nil
        return ScoreIndex.Entry(
            file: entry.file, kind: entry.kind, isAnomalous: entry.isAnomalous, source: entry.source,
            score: detection.score, normalizedScore: model.calibration.normalized(detection.score),
            threshold: model.calibration.threshold, thresholdOrigin: origin,
            verdict: model.calibration.isAnomaly(detection.score) ? .anomalous : .normal, width: entry.width,
            height: entry.height, pixelThreshold: model.pixelThreshold,
            regions: hasRegions ? whole.map { model.regions(of: $0, within: region) } ?? [] : [],
            map: map, picture: try picture.map(context.publish))
    }
}

extension Model {
    /// The regions of a map of the size of the original image.
    ///
    /// - Parameter mask: nonzero for pixels that count; nil if all do.
    func regions(of map: FloatMap, within mask: [UInt8]?) -> [MapRegion] {
        var judged = map
        for (pixel, label) in (mask ?? []).enumerated() where label == 0 { judged.values[pixel] = -.infinity }
        return MapRegion.regions(of: judged, atOrAbove: pixelThreshold).map { region in
            var region = region
            region.areaSquareMillimetres = pixelSize.map { Double(region.area) * $0 * $0 }
            return region
        }
    }
}

/// A reason why images cannot be scored.
enum ScoringError: Error, CustomStringConvertible {
    case notFinite(task: String)

    var description: String {
        switch self {
        case .notFinite(let task):
            "\(task): a score is not a finite number: the training diverged. Lower \"learningRate\" or train in float32"
        }
    }
}
