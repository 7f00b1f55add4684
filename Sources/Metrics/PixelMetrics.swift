/// Exact pixel-level metrics of a whole test set, from one sort of all pixels: no histogram, no sampling, no
/// assumption about the range of the values.
///
/// Time is O(pixels). Memory is 16 bytes for each pixel, but never more than `PixelMetricsOptions.memoryLimitBytes`: what
/// goes beyond is sorted in a temporary file of 8 bytes for each pixel, and gives the same bits.
public enum PixelMetrics {
    /// The metrics of maps that are in memory; `PixelMetricsAccumulator` takes them one at a time.
    ///
    /// - Throws: `MetricsError` for an option out of range, and for the first map whose sizes disagree, that holds a
    ///   value that is not finite, or that is declared normal and has labelled pixels.
    public static func evaluate(
        _ maps: [LabelledMap], options: PixelMetricsOptions = PixelMetricsOptions()
    ) throws(MetricsError) -> PixelMetricsResult {
        var accumulator = try PixelMetricsAccumulator(
            options: options, expectedPixels: maps.reduce(0) { $0 + $1.values.count })
        for map in maps { try accumulator.add(map) }
        return try accumulator.result()
    }
}
