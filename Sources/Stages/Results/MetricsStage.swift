import ContentStore
import Imaging
import Metrics
import Pipeline

/// The metrics of one category.
struct MetricsStage: Stage {
    static let name = "metrics"
    /// 4: a warning where figures are undefined because images were set aside. 3: the curves, and AUPIMO of each image. 2: all figures of `DetectionMetrics` instead of two AUROCs.
    static let version = 4

    var outputs: [String] { ["metrics.json", "scores.json"] }

    func run(_ context: TaskContext) throws {
        let scores = try context.inputs(startingWith: "scores").flatMap {
            try context.readJSON(ScoreIndex.self, $0).entries
        }
        var masks: [String: Digest] = [:]
        var setAside: [ImageIndex.Entry] = []
        for input in context.inputs(startingWith: "images") {
            for entry in try context.readJSON(ImageIndex.self, input).entries {
                masks[entry.file] = entry.mask
                if entry.rejection != nil { setAside.append(entry) }
            }
        }
        // Large test sets are ranked in a file beside the outputs, where there must be room for results anyway.
        var evaluation = try TestSetEvaluation(scratchFolder: context.outputPath("."))
        for (number, score) in scores.enumerated() {
            try context.checkCancellation()
            try add(score, masks[score.file], to: &evaluation, context)
            context.progress(number + 1, of: scores.count, unit: "maps")
        }
        let result = try evaluation.result()
        warn(result.metrics.images, scores, masks, context)
        if let warning = MetricsStage.warning(result.metrics, setAside) { context.warn(warning) }
        try context.writeJSON(CategoryMetrics(result), to: "metrics.json")
        try context.writeJSON(ScoreIndex(entries: scores), to: "scores.json")
    }

    private func add(
        _ score: ScoreIndex.Entry, _ maskDigest: Digest?, to evaluation: inout TestSetEvaluation,
        _ context: TaskContext
    ) throws {
        guard let isAnomalous = score.isAnomalous, !isAnomalous || maskDigest != nil else {
            return try evaluation.addWithoutMap(
                name: score.file, isAnomalous: score.isAnomalous, score: score.score)
        }
        let map = try FloatMap.decode(bytes: try context.blob(score.map), name: "map of \(score.stem)")
        let mask =
            try isAnomalous
            ? maskDigest.map { try Mask.decode(bytes: try context.blob($0), name: "mask of \(score.stem)") } : nil
        try evaluation.add(
            LabelledMap(
                name: score.file, width: map.width, height: map.height, values: map.values, mask: mask?.values,
                isAnomalous: isAnomalous),
            score: score.score)
    }

    /// Says that figures are undefined because the images that would define them were set aside.
    private static func warning(_ metrics: DetectionMetrics, _ setAside: [ImageIndex.Entry]) -> String? {
        let images = metrics.images
        let (lacking, isAnomalous): (String, Bool)
        if images.anomalous == 0 {
            (lacking, isAnomalous) = ("all figures are undefined, as no anomalous image is left", true)
        } else if images.normal == 0 {
            (lacking, isAnomalous) = ("figures are undefined, as no normal image is left", false)
        } else if metrics.pixelAUROC == nil {
            (lacking, isAnomalous) = ("pixel figures are undefined, as no anomalous image with a mask is left", true)
        } else {
            return nil
        }
        let missing = setAside.filter { $0.isAnomalous == isAnomalous }
        guard let first = missing.first else { return nil }
        return
            "\(lacking): \(missing.count) \(isAnomalous ? "anomalous" : "normal") test images were set aside. The first is "
            + "\(first.file), because: \(first.rejection ?? "")"
    }

    private func warn(
        _ images: DetectionMetrics.Images, _ scores: [ScoreIndex.Entry], _ masks: [String: Digest],
        _ context: TaskContext
    ) {
        if images.withoutMask > 0 {
            let unmasked = scores.filter { $0.isAnomalous == true && masks[$0.file] == nil }.map(\.file)
            context.warn(
                "\(unmasked.count) anomalous images have no ground-truth mask and take no part in pixel metrics: "
                    + unmasked.prefix(3).joined(separator: ", ") + (unmasked.count > 3 ? ", ..." : ""))
        }
        if images.emptyMask > 0 {
            context.warn(
                "\(images.emptyMask) anomalous images have a ground-truth mask that labels no pixel; all their pixels count "
                    + "as normal ones")
        }
    }
}
