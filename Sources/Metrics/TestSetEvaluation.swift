import Wording

/// Computes the metrics of a test set image by image, for `metrics.json` of a job and for `nominal evaluate`. Maps are
/// not kept; for memory see `PixelMetricsAccumulator`.
public struct TestSetEvaluation {
    private var images = DetectionMetrics.Images()
    private var scores: [Float] = []
    private var labels: [Bool] = []
    private var mapNames: [String] = []
    private var pixels: PixelMetricsAccumulator
    private let pixelThreshold: Float?
    private var segmentation = SegmentationCounts()
    /// The numbers of labelled pixels and the scores of images that have some.
    private var areas: [Double] = [], areaScores: [Double] = []
    /// The highest score of each part.
    private var parts: [String: (score: Float, isAnomalous: Bool)] = [:]
    private var overlap: KindOverlap?

    /// - Parameter pixelThreshold: the threshold of SegF1; nil leaves it undefined.
    /// - Throws: `MetricsError.invalidOption`.
    public init(
        memoryLimitBytes: Int = 1 << 30, scratchFolder: String? = nil, pixelThreshold: Float? = nil
    ) throws(MetricsError) {
        self.pixelThreshold = pixelThreshold
        pixels = try PixelMetricsAccumulator(
            options: PixelMetricsOptions(memoryLimitBytes: memoryLimitBytes, scratchFolder: scratchFolder))
    }

    /// Adds an image without its map. An unlabelled image (`isAnomalous` is nil) is only counted. An anomalous image
    /// without a mask counts towards image metrics only.
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

    /// Adds an image with its map. Maps of anomalous images without a mask are ignored.
    ///
    /// - Throws: `MetricsError`; there is no result after an error.
    public mutating func add(_ map: LabelledMap, score: Float) throws(MetricsError) {
        if map.isAnomalous, map.mask == nil {
            return try addWithoutMap(name: map.name, isAnomalous: true, score: score)
        }
        // The map is checked first: a value that is not finite explains a score that is not finite.
        try pixels.add(map)
        try addScore(name: map.name, isAnomalous: map.isAnomalous, score: score)
        if map.isAnomalous, let area = map.mask?.count(where: { $0 != 0 }) {
            if area == 0 { images.emptyMask += 1 } else { areas.append(Double(area)) }
            if area > 0 { areaScores.append(Double(score)) }
        }
        if let pixelThreshold { segmentation.add(map, threshold: pixelThreshold) }
        mapNames.append(map.name)
    }

    /// Adds an image of a part that several images show, in addition to the image itself.
    public mutating func add(part: String, isAnomalous: Bool, score: Float) {
        let known = parts[part]
        parts[part] = (max(score, known?.score ?? score), isAnomalous || known?.isAnomalous == true)
    }

    /// Measures the saturated overlap of the kinds, too.
    ///
    /// - Parameter kinds: the kinds of defects, in the order in which they are numbered.
    public mutating func measureOverlap(kinds: [String], memoryLimitBytes: Int, scratchFolder: String) {
        overlap = KindOverlap(kinds: kinds, memoryLimitBytes: memoryLimitBytes, scratchFolder: scratchFolder)
    }

    /// Adds an image to the saturated overlap, in addition to the image itself.
    ///
    /// - Parameters:
    ///   - kind: nil for a normal image.
    ///   - regions: a mask with as many values as the map for each region, and its saturation area in pixels.
    /// - Throws: `MetricsError.scratchFile`.
    public mutating func addOverlap(
        _ values: [Float], kind: String?, regions: [(mask: [UInt8], saturationPixels: Int)], score: Float
    ) throws(MetricsError) { try overlap?.add(values, kind: kind, regions: regions, score: score) }

    /// Returns the metrics of all images. Call it once, at the end.
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
        (metrics.segF1, metrics.pixelThreshold) = (pixelThreshold.flatMap { _ in segmentation.f1 }, pixelThreshold)
        metrics.severityCorrelation = try RankMetrics.spearman(areaScores, areas)
        metrics.intervals = IntervalFigures(
            imageAUROC: try Interval.auroc(scores: scores, labels: labels), pixelAUROC: pixels.intervals.auroc,
            aupro: IntervalFigures.AUPRO(at005: pixels.intervals.aupro[0.05], at03: pixels.intervals.aupro[0.3]))
        metrics.aupimo = AUPIMOFigures(pixels.aupimo, names: mapNames)
        if !parts.isEmpty { metrics.parts = try PartFigures(parts) }
        metrics.kinds = try overlap?.result()
        metrics.undefined = reasons(pixels, metrics).mapValues(\.description)
        let known = zip(mapNames, pixels.aupimo).compactMap { name, value in value.map { (name, $0) } }
        return TestSetResult(
            metrics: metrics, imageROC: try RankMetrics.rocCurve(scores: scores, labels: labels),
            imagePrecisionRecall: try RankMetrics.precisionRecallCurve(scores: scores, labels: labels),
            aupimoByImage: Dictionary(known) { first, _ in first }, pixels: pixels)
    }

    private mutating func addScore(name: String, isAnomalous: Bool, score: Float) throws(MetricsError) {
        guard score.isFinite else { throw .scoreNotFinite(image: name) }
        if isAnomalous { images.anomalous += 1 } else { images.normal += 1 }
        scores.append(score)
        labels.append(isAnomalous)
    }

    /// The reasons for undefined metrics, keyed by property names of `DetectionMetrics`.
    private func reasons(_ pixels: PixelMetricsResult, _ metrics: DetectionMetrics) -> [String: UndefinedMetric] {
        var reasons: [String: UndefinedMetric] = [:]
        if images.anomalous == 0 {
            for figure in ["imageAUROC", "imageAP", "imageF1Max"] {
                reasons[figure] = .noAnomalousImage(normalImages: images.normal)
            }
        } else if images.normal == 0 {
            reasons["imageAUROC"] = .noNormalImage(anomalousImages: images.anomalous)
        }
        if pixels.labelledPixels == 0 {
            for figure in ["pixelAUROC", "pixelAP", "pixelF1Max", "segF1", "aupro"] {
                reasons[figure] = .noLabelledPixel(maps: mapNames.count)
            }
        } else if pixels.unlabelledPixels == 0 {
            for figure in ["pixelAUROC", "aupro"] { reasons[figure] = .noUnlabelledPixel(maps: mapNames.count) }
        }
        // Without maps, the threshold is not what is missing.
        if pixelThreshold == nil, !mapNames.isEmpty { reasons["segF1"] = .noPixelThreshold }
        if metrics.severityCorrelation == nil { reasons["severityCorrelation"] = .noSeverity(images: areas.count) }
        if let reason = pixels.aupimoUnavailable { reasons["aupimo"] = .aupimo(reason) }
        return reasons
    }
}

/// The metrics of a test set with its curves for plotting.
public struct TestSetResult: Equatable, Sendable {
    public let metrics: DetectionMetrics
    /// ROC curve of the image scores; empty if one class is missing.
    public let imageROC: [ROCPoint]
    /// Precision-recall curve of the image scores in descending order of threshold; empty without an anomalous image.
    public let imagePrecisionRecall: [PrecisionRecallPoint]
    /// AUPIMO keyed by image name, for images that have one.
    public let aupimoByImage: [String: Double]
    /// Pixel metrics and curves. AUPIMO values are in the order in which the maps were added.
    public let pixels: PixelMetricsResult
}

/// The reason why a metric is undefined for a test set.
public enum UndefinedMetric: Equatable, Sendable {
    case noAnomalousImage(normalImages: Int)
    case noNormalImage(anomalousImages: Int)
    /// No mask labels a pixel.
    case noLabelledPixel(maps: Int)
    /// Every pixel of every map is labelled.
    case noUnlabelledPixel(maps: Int)
    case noPixelThreshold
    /// Too few images with labelled pixels, or equal areas or scores.
    case noSeverity(images: Int)
    case aupimo(AUPIMOUnavailable)
}

extension UndefinedMetric: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noAnomalousImage(let normalImages):
            "None of the \(normalImages) labelled images is anomalous, expected at least one; add anomalous test images."
        case .noNormalImage(let anomalousImages):
            "None of the \(anomalousImages) labelled images is normal, expected at least one; add normal test images."
        case .noLabelledPixel(let maps):
            "None of the \(maps) maps has labelled pixels, expected at least one; add ground-truth masks."
        case .noUnlabelledPixel(let maps):
            "Every pixel of the \(maps) maps is labelled, expected some unlabelled pixels; add normal test images."
        case .noPixelThreshold: "No pixel threshold is known; give one with --pixel-threshold."
        case .noSeverity(let images):
            "\(counted(images, "image has", "images have")) labelled pixels, expected at least three with different areas and scores; add test images with "
                + "masks."
        case .aupimo(let reason): reason.description
        }
    }
}
