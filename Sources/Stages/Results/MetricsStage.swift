import ContentStore
import Imaging
import Metrics
import Pipeline
import Reports
import Wording

/// Computes the metrics of one category.
package struct MetricsStage: Stage {
    package static let name = "metrics"
    /// History: 2 = all figures of `DetectionMetrics` instead of two AUROCs; 3 = the curves, and AUPIMO of each image;
    /// 4 = a warning if figures are undefined because images were set aside; 5 = SegF1, correlation with the area,
    /// intervals; parts with several views, and saturated overlap by kind; 6 = SegF1 within the region of interest;
    /// 7 = reasons for undefined figures.
    package static let version = 7
    /// The memory in which pixels are ranked; more of them are sorted in a scratch file, with equal results.
    static let rankingBytes = 1 << 26

    package init() {}

    package var outputs: [String] { ["metrics.json", "scores.json"] }

    package func run(_ context: TaskContext) throws {
        let scores = try context.inputs(startingWith: "scores").flatMap {
            try context.readJSON(ScoreIndex.self, $0).entries
        }
        var masks: [String: Digest] = [:], judged: [String: Digest] = [:], parts: [String: String] = [:]
        var regions: [String: [ImageIndex.Entry.Region]] = [:]
        var setAside: [ImageIndex.Entry] = []
        for input in context.inputs(startingWith: "images") {
            for entry in try context.readJSON(ImageIndex.self, input).entries {
                (masks[entry.file], judged[entry.file]) = (entry.mask, entry.originalRegion)
                (regions[entry.file], parts[entry.file]) = (entry.regions, entry.sample)
                if entry.rejection != nil { setAside.append(entry) }
            }
        }
        // Large test sets are ranked in a scratch file beside the outputs, where space for results is needed anyway.
        var evaluation = try TestSetEvaluation(
            memoryLimitBytes: MetricsStage.rankingBytes, scratchFolder: context.outputPath("."),
            pixelThreshold: scores.first?.pixelThreshold)
        if !regions.isEmpty {
            evaluation.measureOverlap(
                kinds: Set(scores.filter { regions[$0.file] != nil }.map(\.kind)).sorted(),
                memoryLimitBytes: MetricsStage.rankingBytes, scratchFolder: context.outputPath("."))
        }
        for (number, score) in scores.enumerated() {
            try context.checkCancellation()
            try add(score, masks[score.file], judged[score.file], to: &evaluation, context)
            if let part = parts[score.file], let isAnomalous = score.isAnomalous {
                evaluation.add(part: part, isAnomalous: isAnomalous, score: score.score)
            }
            if !regions.isEmpty {
                try addOverlap(score, regions[score.file], judged[score.file], to: &evaluation, context)
            }
            context.progress(number + 1, of: scores.count, unit: "maps")
        }
        let result = try evaluation.result()
        warn(result.metrics.images, scores, masks, context)
        if let warning = MetricsStage.warning(result.metrics, setAside) { context.warn(warning) }
        try context.writeJSON(CategoryMetrics(result), to: "metrics.json")
        try context.writeJSON(ScoreIndex(entries: scores), to: "scores.json")
    }

    private func add(
        _ score: ScoreIndex.Entry, _ maskDigest: Digest?, _ region: Digest?,
        to evaluation: inout TestSetEvaluation, _ context: TaskContext
    ) throws {
        guard let isAnomalous = score.isAnomalous, let digest = score.map, !isAnomalous || maskDigest != nil else {
            return try evaluation.addWithoutMap(
                name: score.file, isAnomalous: score.isAnomalous, score: score.score)
        }
        let map = try FloatMap.decode(bytes: try context.blob(digest), name: "map of \(score.stem)")
        let mask =
            try isAnomalous
            ? maskDigest.map { try Mask.decode(bytes: try context.blob($0), name: "mask of \(score.stem)") } : nil
        try evaluation.add(
            LabelledMap(
                name: score.file, width: map.width, height: map.height, values: map.values, mask: mask?.values,
                isAnomalous: isAnomalous,
                region: try region.map { try context.regionMask($0, of: score.file).values }),
            score: score.score)
    }

    private func addOverlap(
        _ score: ScoreIndex.Entry, _ regions: [ImageIndex.Entry.Region]?, _ judged: Digest?,
        to evaluation: inout TestSetEvaluation, _ context: TaskContext
    ) throws {
        guard let digest = score.map, regions != nil || score.isAnomalous == false else { return }
        let map = try FloatMap.decode(bytes: try context.blob(digest), name: "map of \(score.stem)")
        let inside = try judged.map { try context.regionMask($0, of: score.file).values }
        var masks: [(mask: [UInt8], saturationPixels: Int)] = []
        for region in regions ?? [] {
            let mask = try Mask.decode(bytes: try context.blob(region.mask), name: "mask of \(score.stem)").values
                .inside(inside)
            let area = mask.count { $0 != 0 }
            if area > 0 { masks.append((mask, min(region.saturationPixels, area))) }
        }
        try evaluation.addOverlap(
            map.inside(inside), kind: regions == nil ? nil : score.kind, regions: masks, score: score.score)
    }

    /// A warning that figures are undefined because unusable images were set aside; nil if absent.
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
        let kind = isAnomalous ? "anomalous" : "normal"
        let setAside = counted(missing.count, kind + " test image was", kind + " test images were") + " set aside"
        return "\(lacking): \(setAside). The first is \(first.file), because: \(first.rejection ?? "")"
    }

    private func warn(
        _ images: DetectionMetrics.Images, _ scores: [ScoreIndex.Entry], _ masks: [String: Digest],
        _ context: TaskContext
    ) {
        if images.withoutMask > 0 {
            let unmasked = scores.filter { $0.isAnomalous == true && masks[$0.file] == nil }.map(\.file)
            context.warn(
                counted(unmasked.count, "anomalous image has", "anomalous images have")
                    + " no ground-truth mask, and pixel metrics leave out such images: " + unmasked.listed())
        }
        if images.emptyMask > 0 {
            context.warn(
                counted(images.emptyMask, "anomalous image has", "anomalous images have")
                    + " a ground-truth mask that labels no pixel; all pixels there count as normal ones")
        }
    }
}
