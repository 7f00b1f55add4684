/// Ranks the pixels of several groups of anomalous images against the same normal images: AUROC and average precision of
/// each group and of all. Normal pixels are sorted once for all groups.
///
/// Values equal those of `PixelMetricsAccumulator` for the same maps. Memory: 16 bytes per pixel up to the limit;
/// beyond it, a temporary file of 8 bytes per pixel.
public struct GroupedPixelMetrics {
    public struct Figures: Equatable, Sendable {
        /// Nil without labelled, or without unlabelled pixels.
        public let auroc: Double?
        /// Nil without labelled pixels.
        public let averagePrecision: Double?
    }

    private let groups: Int
    private var sort: ExternalSort
    /// The numbers of labelled and unlabelled pixels of each group.
    private var labelled, unlabelled: [Int]
    private var normal = 0

    /// - Parameters:
    ///   - groups: the number of groups.
    ///   - expectedPixels: the number of pixels in all maps; avoids reallocation.
    public init(groups: Int, memoryLimitBytes: Int, scratchFolder: String, expectedPixels: Int) {
        self.groups = groups
        sort = ExternalSort(
            memoryLimitBytes: memoryLimitBytes, folder: scratchFolder, expectedCount: expectedPixels)
        labelled = [Int](repeating: 0, count: groups)
        unlabelled = labelled
    }

    /// Adds the map of a normal image, which counts in every group.
    ///
    /// - Throws: `MetricsError` for a value that is not finite, or if the temporary file cannot be written.
    public mutating func addNormal(_ values: [Float]) throws(MetricsError) {
        try requireFinite(values)
        normal += values.count
        try sort.append(values.map { RankedPixels.entry($0, group: 2 * groups) })
    }

    /// Adds the map of an anomalous image.
    ///
    /// - Parameters:
    ///   - mask: as many values as the map has, nonzero for labelled pixels.
    ///   - group: 0 ..< `groups`.
    public mutating func add(_ values: [Float], mask: [UInt8], group: Int) throws(MetricsError) {
        guard values.count == mask.count else {
            throw .countMismatch(scores: values.count, labels: mask.count)
        }
        try requireFinite(values)
        let count = mask.count { $0 != 0 }
        labelled[group] += count
        unlabelled[group] += mask.count - count
        try sort.append(
            zip(values, mask).map { RankedPixels.entry($0, group: 2 * group + ($1 == 0 ? 0 : 1)) })
    }

    private func requireFinite(_ values: [Float]) throws(MetricsError) {
        if let index = values.firstIndex(where: { !$0.isFinite }) { throw .notFinite(map: "", x: index, y: 0) }
    }

    /// The figures of each group, and of all together. Call it once, after the last map.
    public mutating func result() throws(MetricsError) -> (groups: [Figures], all: Figures) {
        var tallies = (0..<groups).map { Tally(positives: labelled[$0], negatives: unlabelled[$0] + normal) }
        var all = Tally(positives: labelled.reduce(0, +), negatives: unlabelled.reduce(0, +) + normal)
        var normalsAbove = 0, normalsAtTie = 0
        var tie: UInt64?
        func endTie() {
            for group in 0..<groups { tallies[group].endTie(normalsAbove, normalsAtTie) }
            all.endTie(0, 0)
            normalsAbove += normalsAtTie
            normalsAtTie = 0
        }
        let walk = try sort.sorted()
        var steps = walk.walk()
        var block: [UInt64] = []
        while try steps.next(&block) {
            for entry in block {
                if entry >> 32 != tie {
                    if tie != nil { endTie() }
                    tie = entry >> 32
                }
                let code = Int(entry & 0xFFFF_FFFF)
                if code == 2 * groups {
                    normalsAtTie += 1
                    all.negatives += 1
                } else if code & 1 == 1 {
                    tallies[code / 2].positives += 1
                    all.positives += 1
                } else {
                    tallies[code / 2].negatives += 1
                    all.negatives += 1
                }
            }
        }
        endTie()
        for group in 0..<groups { tallies[group].finish(normalsAbove) }
        all.finish(0)
        return (tallies.map(\.figures), all.figures)
    }

    /// Counts of one group. Normal pixels are added when the next labelled pixel needs them.
    private struct Tally {
        private var rank: RankTally
        /// The pixels of the current tie.
        var positives = 0, negatives = 0
        /// The negatives of former ties that the rank does not know yet, and the normal pixels that it knows.
        private var pending = 0, known = 0

        init(positives: Int, negatives: Int) { rank = RankTally(positives: positives, negatives: negatives) }

        /// - Parameters:
        ///   - normalsAbove: the normal pixels of all former ties.
        ///   - normals: those of this tie.
        mutating func endTie(_ normalsAbove: Int, _ normals: Int) {
            if positives > 0 {
                rank.add(threshold: 0, positives: 0, negatives: pending + normalsAbove - known)
                rank.add(threshold: 0, positives: positives, negatives: negatives + normals)
                (pending, known) = (0, normalsAbove + normals)
                positives = 0
            } else {
                pending += negatives
            }
            negatives = 0
        }

        mutating func finish(_ normals: Int) {
            rank.add(threshold: 0, positives: 0, negatives: pending + normals - known)
        }

        var figures: Figures { Figures(auroc: rank.auroc, averagePrecision: rank.averagePrecision) }
    }
}
