/// Exact pixel-level metrics of a whole test set, from one sort of all pixels: no histogram, no sampling, no
/// assumption about the range of the values.
///
/// Time is O(pixels). Memory is 16 bytes for each pixel while it runs, beside the maps themselves: 105 MB for 100 maps
/// of 256 x 256, 16 GB for 1,000 maps of 1,000 x 1,000.
public enum PixelMetrics {
    /// - AU-PRO follows MVTec's evaluation (Bergmann et al., "The MVTec Anomaly Detection Dataset", IJCV 2021):
    ///   regions are the 8-connected components of each mask, the false-positive rate is pooled over all unlabelled
    ///   pixels, the curve keeps the last point of each tie and is integrated by trapezoids up to the limit.
    /// - AUPIMO follows Bertoldo et al., arXiv 2401.01984: see `AUPIMO`.
    ///
    /// - Throws: `MetricsError` for an option out of range, and for the first map whose sizes disagree, that holds a
    ///   value that is not finite, or that is declared normal and has labelled pixels.
    public static func evaluate(
        _ maps: [LabelledMap], options: PixelMetricsOptions = PixelMetricsOptions()
    ) throws(MetricsError) -> PixelMetricsResult {
        try options.validate()
        let pixels = try RankedPixels(maps)
        let sweep = PixelSweep(pixels, options: options)
        var scores = [Double?](repeating: nil, count: maps.count)
        var unavailable: AUPIMOUnavailable?
        do throws(AUPIMOUnavailable) {
            scores = try AUPIMO(maps, pixels, options: options).scores(pixels)
        } catch {
            unavailable = error
        }
        let sorted = scores.compactMap(\.self).sorted()
        return PixelMetricsResult(
            pixelAUROC: sweep.tally.auroc,
            pixelAP: sweep.tally.averagePrecision,
            pixelF1Max: sweep.tally.f1?.f1,
            threshold: sweep.tally.f1?.threshold,
            aupro: sweep.aupro,
            aupimo: scores,
            aupimoMean: sorted.isEmpty ? nil : sorted.reduce(0, +) / Double(sorted.count),
            aupimoMedian: sorted.isEmpty ? nil : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2,
            aupimoUnavailable: unavailable,
            rocCurve: sweep.rocCurve,
            precisionRecallCurve: sweep.precisionRecallCurve,
            proCurve: sweep.proCurve)
    }
}
