/// Takes in the maps of a test set one at a time and gives `PixelMetrics` of all of them. A map is not kept, so a test set
/// may be larger than the memory.
///
/// - AUROC, average precision and F1-max pool all pixels; ties count half in AUROC and are one threshold elsewhere.
/// - AU-PRO follows MVTec's evaluation (Bergmann et al., "The MVTec Anomaly Detection Dataset", IJCV 2021): regions are
///   the 8-connected components of each mask, the false-positive rate is pooled over all unlabelled pixels, the curve
///   keeps the last point of each tie and is integrated by trapezoids up to the limit.
/// - AUPIMO follows Bertoldo et al., arXiv 2401.01984: see `AUPIMO`.
///
/// Memory: `PixelMetricsOptions.memoryLimitBytes` for the pixels, 16 bytes for each labelled region, and 16 bytes for each
/// pixel of the share of normal pixels below AUPIMO's upper bound, which is a ten-thousandth of them by default.
public struct PixelMetricsAccumulator {
    private let options: PixelMetricsOptions
    private var ranking: PixelRanking

    /// - Parameter expectedPixels: of all maps, where it is known; it saves growing.
    /// - Throws: `MetricsError.invalidOption`.
    public init(
        options: PixelMetricsOptions = PixelMetricsOptions(), expectedPixels: Int = 0
    ) throws(MetricsError) {
        try options.validate()
        self.options = options
        ranking = PixelRanking(options: options, expectedPixels: expectedPixels)
    }

    /// - Throws: `MetricsError` for a map whose sizes disagree, that holds a value that is not finite, or that is declared
    ///   normal and has labelled pixels, and where the temporary file cannot be written. Then there is no result.
    public mutating func add(_ map: LabelledMap) throws(MetricsError) { try ranking.add(map) }

    /// The metrics of all maps that were added, in their order. To be called once, at the end.
    ///
    /// - Throws: `MetricsError.scratchFile`.
    public mutating func result() throws(MetricsError) -> PixelMetricsResult {
        let pixels = try ranking.ranked()
        let sweep = try PixelSweep(pixels, options: options)
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
        return PixelMetricsResult(
            labelledPixels: pixels.labelledCount, unlabelledPixels: pixels.unlabelledCount,
            pixelAUROC: sweep.tally.auroc, pixelAP: sweep.tally.averagePrecision, pixelF1Max: sweep.tally.f1?.f1,
            threshold: sweep.tally.f1?.threshold, aupro: sweep.aupro, aupimo: scores, aupimoUnavailable: unavailable,
            rocCurve: sweep.rocCurve, precisionRecallCurve: sweep.precisionRecallCurve, proCurve: sweep.proCurve,
            pimoCurve: pimoCurve, aupimoThresholdCount: thresholdCount)
    }
}
