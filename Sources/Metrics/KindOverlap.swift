/// The saturated overlap and image scores of each kind of defect.
struct KindOverlap {
    private let kinds: [String]
    private var pixels: SaturatedOverlap
    private var figures: [SaturatedFigures]
    private var scores: [[Float]]
    private var normalScores: [Float] = []

    init(kinds: [String], memoryLimitBytes: Int, scratchFolder: String) {
        self.kinds = kinds
        pixels = SaturatedOverlap(
            kinds: kinds.count, memoryLimitBytes: memoryLimitBytes, scratchFolder: scratchFolder)
        figures = kinds.map { _ in SaturatedFigures() }
        scores = kinds.map { _ in [] }
    }

    mutating func add(
        _ values: [Float], kind: String?, regions: [(mask: [UInt8], saturationPixels: Int)], score: Float
    ) throws(MetricsError) {
        guard let kind else {
            normalScores.append(score)
            return try pixels.addNormal(values)
        }
        guard let index = kinds.firstIndex(of: kind) else { fatalError("KindOverlap: an unknown kind \(kind)") }
        figures[index].images += 1
        figures[index].regions += regions.count
        scores[index].append(score)
        try pixels.add(
            values,
            regions: regions.map { SaturatedOverlap.Region(mask: $0.mask, saturationPixels: $0.saturationPixels) },
            kind: index)
    }

    mutating func result() throws(MetricsError) -> [String: SaturatedFigures] {
        let areas = try pixels.result()
        var named: [String: SaturatedFigures] = [:]
        for (index, kind) in kinds.enumerated() {
            var figures = figures[index]
            figures.imageAUROC = try RankMetrics.auroc(
                scores: normalScores + scores[index],
                labels: normalScores.map { _ in false } + scores[index].map { _ in true })
            for (limit, area) in areas[index] { figures.auspro[limit == 1 ? "1" : "\(limit)"] = area }
            named[kind] = figures
        }
        return named
    }
}

/// The metrics of one kind of defect against all normal images.
public struct SaturatedFigures: Codable, Equatable, Sendable {
    /// The number of anomalous images, and of their regions.
    public var images = 0
    public var regions = 0
    /// Area under the ROC curve of the image scores.
    public var imageAUROC: Double?
    /// Area under the curve of saturated per-region overlap up to each false-positive rate, divided by the rate.
    public var auspro: [String: Double] = [:]
}
