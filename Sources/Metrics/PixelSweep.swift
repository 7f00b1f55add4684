/// One walk over the ranked pixels, from the highest value down, that gathers everything but AUPIMO.
struct PixelSweep {
    let tally: RankTally
    let aupro: [Double: Double]
    let rocCurve: [ROCPoint]
    let precisionRecallCurve: [PrecisionRecallPoint]
    let proCurve: [PROPoint]

    init(_ pixels: RankedPixels, options: PixelMetricsOptions) throws(MetricsError) {
        var curves = PixelCurves(pixels, options: options)
        var walk = pixels.entries.walk()
        var block: [UInt64] = []
        let groups = pixels.groups.span
        // The tie at hand, which may go on in the next block: entries that share the upper word, the rank key.
        var tie: UInt64?
        var labelled = 0, unlabelled = 0, overlap = 0.0
        while try walk.next(&block) {
            let entries = block.span
            var next = 0
            while next < entries.count {
                let first = entries[next]
                if let last = tie, last >> 32 != first >> 32 {
                    curves.add(last, labelled: labelled, unlabelled: unlabelled, overlap: overlap)
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
        if let tie { curves.add(tie, labelled: labelled, unlabelled: unlabelled, overlap: overlap) }
        tally = curves.tally
        aupro = curves.aupro
        rocCurve = curves.rocCurve
        precisionRecallCurve = curves.precisionRecallCurve
        proCurve = curves.proCurve
    }
}
