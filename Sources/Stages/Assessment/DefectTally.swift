import AnomalyDetection
import Host
import Metrics

/// Takes in the maps of clean and of corrupted images one at a time, and tells how well the two are told apart. No map is kept.
struct DefectTally {
    private var pixels: PixelMetricsAccumulator
    private var scores: [Float] = []
    private var labels: [Bool] = []

    /// - Parameters:
    ///   - expectedPixels: of all maps.
    ///   - tallies: how many there are at a time, which share the memory for ranking pixels.
    init(expectedPixels: Int, tallies: Int) throws {
        let memory = ProcessResources.current.cacheBytes(atMost: 1 << 30) / tallies
        pixels = try PixelMetricsAccumulator(
            options: PixelMetricsOptions(memoryLimitBytes: max(memory, 1 << 20)), expectedPixels: expectedPixels)
    }

    /// - Parameter mask: nil for a clean image.
    mutating func add(_ detection: Detection, mask: [UInt8]?) throws {
        try pixels.add(
            LabelledMap(
                name: "", width: detection.map.width, height: detection.map.height, values: detection.map.values,
                mask: mask, isAnomalous: mask != nil))
        scores.append(detection.score)
        labels.append(mask != nil)
    }

    /// To be asked once, at the end.
    mutating func detection() throws -> Assessment.Detection {
        let ranked = try pixels.result()
        return Assessment.Detection(
            samples: labels.count(where: \.self), imageAUROC: try RankMetrics.auroc(scores: scores, labels: labels),
            pixelAUROC: ranked.pixelAUROC, pixelAP: ranked.pixelAP)
    }
}
