/// Computes exact pixel metrics of a test set from its maps, which are added one at a time and not kept. All pixels are
/// sorted once: there is no histogram, no sampling and no assumption about the range of values.
///
/// - AUROC, average precision and F1-max pool all pixels. Ties count half in AUROC and form one threshold elsewhere.
/// - AU-PRO follows MVTec's evaluation (Bergmann et al., "The MVTec Anomaly Detection Dataset", IJCV 2021): regions are
///   the 8-connected components of each mask, the false-positive rate is pooled over all unlabelled pixels, and the
///   curve keeps the last point of each tie and is integrated by trapezoids up to the limit.
/// - AUPIMO follows Bertoldo et al., arXiv 2401.01984; see `AUPIMO`.
///
/// Time: O(pixels). Memory: 16 bytes per pixel up to `PixelMetricsOptions.memoryLimitBytes`; beyond that, a temporary
/// file of 8 bytes per pixel gives the same bits. In addition, 16 bytes per labelled region, and 16 bytes for each
/// normal pixel below AUPIMO's upper bound (by default one in ten thousand).
public struct PixelMetricsAccumulator {
    private let options: PixelMetricsOptions
    private var ranking: PixelRanking

    /// - Parameter expectedPixels: The number of pixels in all maps if known; avoids reallocation.
    /// - Throws: `MetricsError.invalidOption`.
    public init(
        options: PixelMetricsOptions = PixelMetricsOptions(), expectedPixels: Int = 0
    ) throws(MetricsError) {
        try options.validate()
        self.options = options
        ranking = PixelRanking(options: options, expectedPixels: expectedPixels)
    }

    /// Adds a map. After an error there is no result.
    ///
    /// - Throws: `MetricsError` if sizes disagree, a value is not finite, a normal image has labelled pixels, or the
    ///   temporary file cannot be written.
    public mutating func add(_ map: LabelledMap) throws(MetricsError) { try ranking.add(map) }

    /// Returns the metrics of all maps, in the order in which they were added. Call it once, at the end.
    ///
    /// - Throws: `MetricsError.scratchFile`.
    public mutating func result() throws(MetricsError) -> PixelMetricsResult {
        let pixels = try ranking.ranked()
        let curves = try PixelCurves(pixels, options: options)
        var scores = [Double?](repeating: nil, count: pixels.images.count)
        var pimoCurve: [PIMOPoint] = []
        var thresholdCount = 0
        var unavailable: AUPIMOUnavailable?
        switch try AUPIMO.evaluate(pixels, options: options) {
        case .success(let aupimo):
            (scores, pimoCurve) = try aupimo.scores(pixels)
            thresholdCount = aupimo.thresholds.count
        case .failure(let reason): unavailable = reason
        }
        let intervals = try PixelProfile(pixels).intervals(auroc: curves.tally.auroc, aupro: curves.aupro)
        return PixelMetricsResult(
            labelledPixels: pixels.labelledCount, unlabelledPixels: pixels.unlabelledCount,
            pixelAUROC: curves.tally.auroc, pixelAP: curves.tally.averagePrecision, pixelF1Max: curves.tally.f1?.f1,
            threshold: curves.tally.f1?.threshold, aupro: curves.aupro, aupimo: scores, aupimoUnavailable: unavailable,
            rocCurve: curves.rocCurve, precisionRecallCurve: curves.precisionRecallCurve, proCurve: curves.proCurve,
            pimoCurve: pimoCurve, aupimoThresholdCount: thresholdCount,
            intervals: PixelMetricsResult.Intervals(auroc: intervals.auroc, aupro: intervals.aupro))
    }
}

/// The anomaly map of one test image with its ground truth.
public struct LabelledMap: Sendable {
    /// The image's name in errors, such as `test/scratch/003`.
    public let name: String
    public let width: Int
    public let height: Int
    /// Anomaly scores of height x width pixels in row-major order, at the size of the ground truth. Higher is more
    /// anomalous.
    public let values: [Float]
    /// height x width values, nonzero for pixels of a defect. Nil or all zero: no labelled pixel. Unlabelled pixels
    /// count as normal, also in anomalous images, as in MVTec's evaluation.
    public let mask: [UInt8]?
    /// True if the image shows a defect. Normal images must not have labelled pixels.
    public let isAnomalous: Bool
    /// height x width values, nonzero for pixels that count. Nil: all do. A mask labels none outside.
    public let region: [UInt8]?

    /// Sizes are checked when the map is added to a `PixelMetricsAccumulator`.
    public init(
        name: String, width: Int, height: Int, values: [Float], mask: [UInt8]?, isAnomalous: Bool,
        region: [UInt8]? = nil
    ) {
        (self.name, self.width, self.height) = (name, width, height)
        (self.values, self.mask, self.isAnomalous, self.region) = (values, mask, isAnomalous, region)
    }
}

/// Options of `PixelMetricsAccumulator`.
public struct PixelMetricsOptions: Equatable, Sendable {
    /// The thresholds at which AUPIMO is evaluated.
    public enum AUPIMOThresholds: Equatable, Sendable {
        /// Every distinct score of the normal images, with linear interpolation in ln(FPR) at the two bounds.
        case exact
        /// `count` equal steps from the lowest to the highest normal score, restricted to the steps whose rates come
        /// nearest to the bounds. The authors' implementation does this with 300,000 steps. For comparison only.
        case linear(count: Int)
    }

    /// Limits of the false-positive rate for AU-PRO, in (0, 1].
    public var auproLimits: [Double]
    /// Bounds of the false-positive rate for AUPIMO, above 0 and at most 1.
    public var aupimoBounds: ClosedRange<Double>
    public var aupimoThresholds: AUPIMOThresholds
    /// The maximum number of points in each curve, at least 3.
    public var curvePointLimit: Int
    /// Memory for ranking all pixels, at least 2^20. Beyond it a temporary file is used. Results do not depend on it.
    public var memoryLimitBytes: Int
    /// The folder of the temporary file. Default: $TMPDIR, else `/tmp`.
    public var scratchFolder: String

    public init(
        auproLimits: [Double] = [0.05, 0.3, 1], aupimoBounds: ClosedRange<Double> = 1e-5...1e-4,
        aupimoThresholds: AUPIMOThresholds = .exact, curvePointLimit: Int = 400, memoryLimitBytes: Int = 1 << 30,
        scratchFolder: String? = nil
    ) {
        (self.auproLimits, self.aupimoBounds) = (auproLimits, aupimoBounds)
        (self.aupimoThresholds, self.curvePointLimit) = (aupimoThresholds, curvePointLimit)
        self.memoryLimitBytes = memoryLimitBytes
        self.scratchFolder = scratchFolder ?? ScratchFile.defaultFolder
    }

    func validate() throws(MetricsError) {
        for limit in auproLimits where !(limit > 0 && limit <= 1) {
            throw .invalidOption(name: "auproLimits", value: "\(limit)", expected: "a rate above 0 and at most 1")
        }
        let (lower, upper) = (aupimoBounds.lowerBound, aupimoBounds.upperBound)
        guard lower > 0, lower < upper, upper <= 1 else {
            throw .invalidOption(
                name: "aupimoBounds", value: "\(lower)...\(upper)", expected: "two different rates above 0, at most 1")
        }
        if case .linear(let count) = aupimoThresholds, !(2...10_000_000).contains(count) {
            throw .invalidOption(name: "aupimoThresholds", value: "\(count)", expected: "2 to 10000000 thresholds")
        }
        guard curvePointLimit >= 3 else {
            throw .invalidOption(name: "curvePointLimit", value: "\(curvePointLimit)", expected: "at least 3 points")
        }
        guard memoryLimitBytes >= 1 << 20 else {
            throw .invalidOption(name: "memoryLimitBytes", value: "\(memoryLimitBytes)", expected: "at least 2^20")
        }
    }
}

/// Pixel metrics of a test set. Metrics that are undefined for the test set are nil.
public struct PixelMetricsResult: Equatable, Sendable {
    public let labelledPixels: Int
    public let unlabelledPixels: Int
    /// Area under the ROC curve of all pixels; ties count half. Nil if all pixels are labelled or none is.
    public let pixelAUROC: Double?
    /// Average precision of all pixels. Nil without labelled pixels.
    public let pixelAP: Double?
    /// The largest F1 of all pixels over all thresholds. Nil without labelled pixels.
    public let pixelF1Max: Double?
    /// The highest threshold that reaches `pixelF1Max`, in units of the anomaly map.
    public let threshold: Double?
    /// AU-PRO keyed by the limits in the options. Empty if there is no region or no unlabelled pixel. Sort by limit
    /// before writing.
    public let aupro: [Double: Double]
    /// AUPIMO of each image, in the order of the maps; nil for images without labelled pixels.
    public let aupimo: [Double?]
    /// The reason why AUPIMO is undefined; nil if it is defined.
    public let aupimoUnavailable: AUPIMOUnavailable?
    /// ROC curve of all pixels for plotting. Like `proCurve`, empty if all pixels are labelled or none is.
    public let rocCurve: [ROCPoint]
    /// Precision-recall curve of all pixels for plotting. Empty without labelled pixels.
    public let precisionRecallCurve: [PrecisionRecallPoint]
    /// Per-region overlap over false-positive rate, for plotting.
    public let proCurve: [PROPoint]
    /// Per-image overlap between AUPIMO's bounds, by ascending false-positive rate; empty if AUPIMO is undefined.
    public let pimoCurve: [PIMOPoint]
    /// The number of thresholds that AUPIMO was computed from; 0 if it is undefined.
    public let aupimoThresholdCount: Int
    public let intervals: Intervals

    public struct Intervals: Equatable, Sendable {
        public let auroc: Interval?
        /// Keyed by the limits 0.05 and 0.3, if these are in the options.
        public let aupro: [Double: Interval]
    }
}
