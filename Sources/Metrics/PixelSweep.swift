/// One walk over the ranked pixels, from the highest value down, that gathers everything but AUPIMO.
struct PixelSweep {
    let tally: RankTally
    let aupro: [Double: Double]
    let rocCurve: [ROCPoint]
    let precisionRecallCurve: [PrecisionRecallPoint]
    let proCurve: [PROPoint]

    init(_ pixels: RankedPixels, options: PixelMetricsOptions) {
        let positives = Double(pixels.labelledCount), negatives = Double(pixels.unlabelledCount)
        var tally = RankTally(positives: pixels.labelledCount, negatives: pixels.unlabelledCount)
        var area = OverlapArea(limits: options.auproLimits)
        var roc = CurveSampler<ROCPoint>(limit: options.curvePointLimit, risingCoordinates: 2)
        var pro = CurveSampler<PROPoint>(limit: options.curvePointLimit, risingCoordinates: 2)
        var recall = CurveSampler<PrecisionRecallPoint>(limit: options.curvePointLimit, risingCoordinates: 1)

        var threshold = pixels.entries.first.map { Double(RankedPixels.value(of: $0).nextUp) } ?? 0
        var fpr = 0.0, tpr = 0.0, precision = 0.0, overlap = 0.0, overlapSum = 0.0
        roc.visit(x: 0, y: 0, ROCPoint(fpr: 0, tpr: 0, threshold: threshold))
        pro.visit(x: 0, y: 0, PROPoint(fpr: 0, overlap: 0, threshold: threshold))

        var next = 0
        let entries = pixels.entries.span, groups = pixels.groups.span
        while next < entries.count {
            let first = entries[next]
            var labelled = 0, unlabelled = 0
            // Entries of one tie share the upper word, the rank key.
            while next < entries.count, entries[next] >> 32 == first >> 32 {
                let weight = groups[Int(entries[next] & 0xFFFF_FFFF)].overlapWeight
                if weight > 0 { labelled += 1 } else { unlabelled += 1 }
                overlapSum += weight
                next += 1
            }
            threshold = Double(RankedPixels.value(of: first))
            tally.add(threshold: threshold, positives: labelled, negatives: unlabelled)
            fpr = Double(tally.falsePositives) / negatives
            overlap = overlapSum / Double(pixels.regionCount)
            tpr = Double(tally.truePositives) / positives
            area.add(x: fpr, y: overlap)
            roc.visit(x: fpr, y: tpr, ROCPoint(fpr: fpr, tpr: tpr, threshold: threshold))
            pro.visit(x: fpr, y: overlap, PROPoint(fpr: fpr, overlap: overlap, threshold: threshold))
            if labelled > 0 {
                precision = Double(tally.truePositives) / Double(tally.truePositives + tally.falsePositives)
                recall.visit(
                    x: tpr, PrecisionRecallPoint(recall: tpr, precision: precision, threshold: threshold))
            }
        }
        self.tally = tally
        let hasLabelled = pixels.labelledCount > 0, hasBoth = hasLabelled && pixels.unlabelledCount > 0
        aupro = hasBoth ? area.normalized : [:]
        rocCurve = hasBoth ? roc.points(endingWith: ROCPoint(fpr: fpr, tpr: tpr, threshold: threshold)) : []
        proCurve = hasBoth ? pro.points(endingWith: PROPoint(fpr: fpr, overlap: overlap, threshold: threshold)) : []
        precision = positives / (positives + negatives)
        precisionRecallCurve =
            hasLabelled
            ? recall.points(endingWith: PrecisionRecallPoint(recall: tpr, precision: precision, threshold: threshold))
            : []
    }
}
