/// Judges a test set image by image: what a job writes to `metrics.json`, and what `nominal evaluate` says of maps that
/// any program made. Maps are not kept; see `PixelMetricsAccumulator` for the memory.
public struct TestSetEvaluation {
    private var images = DetectionMetrics.Images()
    private var scores: [Float] = []
    private var labels: [Bool] = []
    private var mapNames: [String] = []
    private var pixels: PixelMetricsAccumulator

    /// - Throws: `MetricsError.invalidOption`.
    public init(memoryLimitBytes: Int = 1 << 30, scratchFolder: String? = nil) throws(MetricsError) {
        pixels = try PixelMetricsAccumulator(
            options: PixelMetricsOptions(memoryLimitBytes: memoryLimitBytes, scratchFolder: scratchFolder))
    }

    /// Adds an image without its map: one that nobody has labelled (`isAnomalous` is nil) is only counted, an anomalous
    /// one without a mask takes part in image figures alone.
    ///
    /// - Throws: `MetricsError.scoreNotFinite`.
    public mutating func addWithoutMap(name: String, isAnomalous: Bool?, score: Float) throws(MetricsError) {
        guard let isAnomalous else {
            images.unlabelled += 1
            return
        }
        try addScore(name: name, isAnomalous: isAnomalous, score: score)
        if isAnomalous { images.withoutMask += 1 }
    }

    /// Adds an image with its map. The map of an anomalous image without a mask is left out.
    ///
    /// - Throws: `MetricsError`, after which there is no result.
    public mutating func add(_ map: LabelledMap, score: Float) throws(MetricsError) {
        if map.isAnomalous, map.mask == nil {
            return try addWithoutMap(name: map.name, isAnomalous: true, score: score)
        }
        // The map first: where it holds a value that is not finite, that is why the score may be none.
        try pixels.add(map)
        try addScore(name: map.name, isAnomalous: map.isAnomalous, score: score)
        if map.isAnomalous, map.mask?.contains(where: { $0 != 0 }) == false { images.emptyMask += 1 }
        mapNames.append(map.name)
    }

    /// The figures of all images. To be called once, at the end.
    ///
    /// - Throws: `MetricsError.scratchFile`.
    public mutating func result() throws(MetricsError) -> TestSetResult {
        var metrics = DetectionMetrics()
        metrics.images = images
        metrics.imageAUROC = try RankMetrics.auroc(scores: scores, labels: labels)
        metrics.imageAP = try RankMetrics.averagePrecision(scores: scores, labels: labels)
        let imageF1 = try RankMetrics.f1Max(scores: scores, labels: labels)
        (metrics.imageF1Max, metrics.imageF1MaxThreshold) = (imageF1?.f1, imageF1.map { Float($0.threshold) })
        let pixels = try pixels.result()
        metrics.pixelAUROC = pixels.pixelAUROC
        metrics.pixelAP = pixels.pixelAP
        (metrics.pixelF1Max, metrics.pixelF1MaxThreshold) = (pixels.pixelF1Max, pixels.threshold.map { Float($0) })
        metrics.aupro = AUPROFigures(at005: pixels.aupro[0.05], at03: pixels.aupro[0.3], at1: pixels.aupro[1])
        metrics.aupimo = AUPIMOFigures(pixels.aupimo, names: mapNames)
        metrics.undefined = reasons(pixels).mapValues(\.description)
        return TestSetResult(
            metrics: metrics, imageROC: try RankMetrics.rocCurve(scores: scores, labels: labels),
            imagePrecisionRecall: try RankMetrics.precisionRecallCurve(scores: scores, labels: labels),
            aupimoByImage: aupimoByImage(pixels), pixels: pixels)
    }

    private func aupimoByImage(_ pixels: PixelMetricsResult) -> [String: Double] {
        let known = zip(mapNames, pixels.aupimo).compactMap { name, value in value.map { (name, $0) } }
        return Dictionary(known) { first, _ in first }
    }

    private mutating func addScore(name: String, isAnomalous: Bool, score: Float) throws(MetricsError) {
        guard score.isFinite else { throw .scoreNotFinite(image: name) }
        if isAnomalous { images.anomalous += 1 } else { images.normal += 1 }
        scores.append(score)
        labels.append(isAnomalous)
    }

    /// By the names of the figures in `DetectionMetrics`.
    private func reasons(_ pixels: PixelMetricsResult) -> [String: UndefinedMetric] {
        var reasons: [String: UndefinedMetric] = [:]
        if images.anomalous == 0 {
            for figure in ["imageAUROC", "imageAP", "imageF1Max"] {
                reasons[figure] = .noAnomalousImage(normalImages: images.normal)
            }
        } else if images.normal == 0 {
            reasons["imageAUROC"] = .noNormalImage(anomalousImages: images.anomalous)
        }
        if pixels.labelledPixels == 0 {
            for figure in ["pixelAUROC", "pixelAP", "pixelF1Max", "aupro"] {
                reasons[figure] = .noLabelledPixel(maps: mapNames.count)
            }
        } else if pixels.unlabelledPixels == 0 {
            for figure in ["pixelAUROC", "aupro"] { reasons[figure] = .noUnlabelledPixel(maps: mapNames.count) }
        }
        if let reason = pixels.aupimoUnavailable { reasons["aupimo"] = .aupimo(reason) }
        return reasons
    }
}
