/// Pixel-level metrics of a test set. A metric that is not defined for the given images is nil.
public struct PixelMetricsResult: Equatable, Sendable {
    public let labelledPixels: Int
    public let unlabelledPixels: Int
    /// Area under the ROC curve of all pixels, ties counting half. Nil when one class of pixel is missing.
    public let pixelAUROC: Double?
    /// Average precision of all pixels. Nil without labelled pixels.
    public let pixelAP: Double?
    /// Largest F1 of all pixels over all thresholds. Nil without labelled pixels.
    public let pixelF1Max: Double?
    /// The highest threshold that reaches `pixelF1Max`, in units of the anomaly map.
    public let threshold: Double?
    /// AU-PRO for each limit of the options. Empty when there is no region or no unlabelled pixel.
    /// Sort by the limit before anything is written.
    public let aupro: [Double: Double]
    /// AUPIMO of each image, in the order of the maps; nil for images without labelled pixels.
    public let aupimo: [Double?]
    /// Why there is no AUPIMO, nil when there is.
    public let aupimoUnavailable: AUPIMOUnavailable?
    /// ROC of all pixels, for plotting. Empty when one class of pixel is missing, as is `proCurve`.
    public let rocCurve: [ROCPoint]
    /// Precision and recall of all pixels, for plotting. Empty without labelled pixels.
    public let precisionRecallCurve: [PrecisionRecallPoint]
    /// Per-region overlap against false-positive rate, for plotting.
    public let proCurve: [PROPoint]
    /// Per-image overlap between AUPIMO's bounds, by rising false-positive rate; empty where there is no AUPIMO.
    public let pimoCurve: [PIMOPoint]
    /// How many thresholds AUPIMO was computed from; 0 where there is none.
    public let aupimoThresholdCount: Int

    /// Mean, median and spread of the AUPIMO values that exist.
    public var aupimoStatistics: PerImageStatistics { PerImageStatistics(aupimo.compactMap(\.self)) }
    public var aupimoMean: Double? { aupimoStatistics.mean }
    public var aupimoMedian: Double? { aupimoStatistics.median }
}
