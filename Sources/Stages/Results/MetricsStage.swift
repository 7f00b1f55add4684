import ContentStore
import Imaging
import Metrics
import Pipeline

/// The metrics of one category.
struct MetricsStage: Stage {
    static let name = "metrics"
    static let version = 1

    let outputs = ["metrics.json", "scores.json"]
    let parameters: [KeyPart] = []

    func run(_ context: TaskContext) throws {
        let scores = try context.inputs(startingWith: "scores").flatMap {
            try context.readJSON(ScoreIndex.self, $0).entries
        }
        var images: [String: ImageIndex.Entry] = [:]
        for input in context.inputs(startingWith: "images") {
            for entry in try context.readJSON(ImageIndex.self, input).entries { images[entry.file] = entry }
        }
        var record = CategoryMetrics()
        let labelled = scores.filter { $0.isAnomalous != nil }
        record.normalImages = labelled.count { $0.isAnomalous == false }
        record.anomalousImages = labelled.count { $0.isAnomalous == true }
        record.unlabelledImages = scores.count - labelled.count
        let labels = labelled.map { $0.isAnomalous == true }
        record.imageAUROC = try RankMetrics.auroc(scores: labelled.map(\.score), labels: labels)
        record.roc = try RankMetrics.rocCurve(scores: labelled.map(\.score), labels: labels).map { [$0.fpr, $0.tpr] }
        record.pixelAUROC = try pixelAUROC(labelled, images, context)
        try context.writeJSON(record, to: "metrics.json")
        try context.writeJSON(ScoreIndex(entries: scores), to: "scores.json")
    }

    /// Over all pixels of normal images and of anomalous ones that have a mask.
    private func pixelAUROC(
        _ scores: [ScoreIndex.Entry], _ images: [String: ImageIndex.Entry], _ context: TaskContext
    ) throws -> Double? {
        var maps: [LabelledMap] = []
        var unmasked: [String] = []
        for (number, score) in scores.enumerated() {
            try context.checkCancellation()
            let isAnomalous = score.isAnomalous == true
            let maskDigest = images[score.file]?.mask
            if isAnomalous, maskDigest == nil {
                unmasked.append(score.file)
                continue
            }
            let map = try FloatMap.decode(bytes: try context.blob(score.map), name: "map of \(score.stem)")
            let mask = try maskDigest.map {
                try Mask.decode(bytes: try context.blob($0), name: "mask of \(score.stem)")
            }
            maps.append(
                LabelledMap(
                    name: score.file, width: map.width, height: map.height, values: map.values,
                    mask: isAnomalous ? mask?.values : nil, isAnomalous: isAnomalous))
            context.progress(number + 1, of: scores.count, unit: "maps")
        }
        if !unmasked.isEmpty {
            context.warn(
                "\(unmasked.count) anomalous images have no ground-truth mask and take no part in pixel metrics: "
                    + unmasked.prefix(3).joined(separator: ", ") + (unmasked.count > 3 ? ", ..." : ""))
        }
        return try PixelMetrics.evaluate(maps).pixelAUROC
    }
}

/// The metrics of one category as the stages hand them on.
struct CategoryMetrics: Codable, Sendable {
    var imageAUROC: Double?
    var pixelAUROC: Double?
    var normalImages = 0
    var anomalousImages = 0
    var unlabelledImages = 0
    /// Pairs of false and true positive rate.
    var roc: [[Double]] = []
}
