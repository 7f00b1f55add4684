/// All pixel metrics except AUPIMO, from one pass over the ranked pixels in descending order of value.
struct PixelCurves {
    private(set) var tally: RankTally
    private var area: OverlapArea
    private var roc: CurveSampler<ROCPoint>
    private var pro: CurveSampler<PROPoint>
    private var recall: CurveSampler<PrecisionRecallPoint>
    /// State after the last tie.
    private var fpr = 0.0, tpr = 0.0, meanOverlap = 0.0, threshold = 0.0
    private var isEmpty = true
    private let positives: Double
    private let negatives: Double
    private let regions: Double

    init(_ pixels: RankedPixels, options: PixelMetricsOptions) throws(MetricsError) {
        tally = RankTally(positives: pixels.labelledCount, negatives: pixels.unlabelledCount)
        area = OverlapArea(limits: options.auproLimits)
        roc = CurveSampler(limit: options.curvePointLimit, risingCoordinates: 2)
        pro = CurveSampler(limit: options.curvePointLimit, risingCoordinates: 2)
        recall = CurveSampler(limit: options.curvePointLimit, risingCoordinates: 1)
        (positives, negatives) = (Double(pixels.labelledCount), Double(pixels.unlabelledCount))
        regions = Double(pixels.regionCount)
        try addAll(pixels)
    }

    private mutating func addAll(_ pixels: RankedPixels) throws(MetricsError) {
        var walk = pixels.entries.walk()
        var block: [UInt64] = []
        let groups = pixels.groups.span
        // The current tie (entries with equal upper word, the rank key). It may continue in the next block.
        var tie: UInt64?
        var labelled = 0, unlabelled = 0, overlap = 0.0
        while try walk.next(&block) {
            let entries = block.span
            var next = 0
            while next < entries.count {
                let first = entries[next]
                if let last = tie, last >> 32 != first >> 32 {
                    add(last, labelled: labelled, unlabelled: unlabelled, overlap: overlap)
                    (labelled, unlabelled) = (0, 0)
                }
                tie = first
                while next < entries.count, entries[next] >> 32 == first >> 32 {
                    let weight = groups[Int(entries[next] & 0xFFFF_FFFF)].overlapWeight
                    if weight > 0 { labelled += 1 } else { unlabelled += 1 }
                    overlap += weight
                    next += 1
                }
            }
        }
        if let tie { add(tie, labelled: labelled, unlabelled: unlabelled, overlap: overlap) }
    }

    /// Adds all pixels of one value.
    ///
    /// - Parameters:
    ///   - entry: Any entry of the tie.
    ///   - overlap: The sum over regions of their share at or above the value.
    private mutating func add(_ entry: UInt64, labelled: Int, unlabelled: Int, overlap: Double) {
        let value = RankedPixels.value(of: entry)
        threshold = Double(value)
        if isEmpty {
            isEmpty = false
            let above = Double(value.nextUp)
            roc.visit(x: 0, y: 0, ROCPoint(fpr: 0, tpr: 0, threshold: above))
            pro.visit(x: 0, y: 0, PROPoint(fpr: 0, overlap: 0, threshold: above))
        }
        tally.add(threshold: threshold, positives: labelled, negatives: unlabelled)
        fpr = Double(tally.falsePositives) / negatives
        tpr = Double(tally.truePositives) / positives
        // The shares of a region's pixels need not sum to exactly 1.
        meanOverlap = min(overlap / regions, 1)
        area.add(x: fpr, y: meanOverlap)
        roc.visit(x: fpr, y: tpr, ROCPoint(fpr: fpr, tpr: tpr, threshold: threshold))
        pro.visit(x: fpr, y: meanOverlap, PROPoint(fpr: fpr, overlap: meanOverlap, threshold: threshold))
        guard labelled > 0 else { return }
        let precision = Double(tally.truePositives) / Double(tally.truePositives + tally.falsePositives)
        recall.visit(x: tpr, PrecisionRecallPoint(recall: tpr, precision: precision, threshold: threshold))
    }

    var aupro: [Double: Double] { hasBoth ? area.normalized : [:] }

    var rocCurve: [ROCPoint] {
        hasBoth ? roc.points(endingWith: ROCPoint(fpr: fpr, tpr: tpr, threshold: threshold)) : []
    }

    var proCurve: [PROPoint] {
        hasBoth ? pro.points(endingWith: PROPoint(fpr: fpr, overlap: meanOverlap, threshold: threshold)) : []
    }

    var precisionRecallCurve: [PrecisionRecallPoint] {
        guard positives > 0 else { return [] }
        let precision = positives / (positives + negatives)
        return recall.points(
            endingWith: PrecisionRecallPoint(recall: tpr, precision: precision, threshold: threshold))
    }

    private var hasBoth: Bool { positives > 0 && negatives > 0 }
}
