/// Ranks the pixels of several groups of anomalous images against the same normal images: AUROC, average precision and
/// AU-PRO of each group and of all. Normal pixels are sorted once for all groups.
///
/// Values equal those of `PixelMetricsAccumulator` for the same maps, AU-PRO but for rounding. Memory: 16 bytes per
/// pixel up to the limit; beyond it, a temporary file of 8 bytes per pixel.
public struct GroupedPixelMetrics {
    public struct Figures: Equatable, Sendable {
        /// Nil without labelled, or without unlabelled pixels.
        public let auroc: Double?
        /// Nil without labelled pixels.
        public let averagePrecision: Double?
        /// The per-region overlap up to `overlapLimit`; nil without labelled, or without unlabelled pixels.
        public let aupro: Double?
    }

    /// The limit of the false-positive rate for AU-PRO.
    public static let overlapLimit = 0.3

    /// A connected region of labelled pixels.
    private struct Region {
        var group: Int
        /// 1 / (pixels in the region).
        var weight: Double
    }

    private let groups: Int
    private var sort: ExternalSort
    /// The numbers of labelled and unlabelled pixels of each group.
    private var labelled, unlabelled: [Int]
    private var normal = 0
    /// Entries name a pixel's group by 0 for normal images, then the groups' unlabelled pixels, then the regions.
    private var regions: [Region] = []

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
        try sort.append(values.map { RankedPixels.entry($0, group: 0) })
    }

    /// Adds the map of an anomalous image.
    ///
    /// - Parameters:
    ///   - values: whole rows of `width` pixels.
    ///   - mask: as many values as the map has, nonzero for labelled pixels.
    ///   - group: 0 ..< `groups`.
    ///   - region: as many values, nonzero for pixels that count; nil if all do. The mask labels none outside.
    public mutating func add(
        _ values: [Float], mask: [UInt8], width: Int, group: Int, region: [UInt8]? = nil
    ) throws(MetricsError) {
        guard values.count == mask.count else {
            throw .countMismatch(scores: values.count, labels: mask.count)
        }
        try requireFinite(values)
        let found = ConnectedRegions(mask: mask, width: width, height: mask.count / width)
        let count = found.sizes.reduce(0, +)
        let first = groups + regions.count
        var entries = zip(values, found.labels).map { value, label in
            RankedPixels.entry(value, group: label == 0 ? 1 + group : first + Int(label))
        }
        if let region { entries = zip(entries, region).compactMap { $1 == 0 ? nil : $0 } }
        labelled[group] += count
        unlabelled[group] += entries.count - count
        try sort.append(entries)
        regions += found.sizes.map { Region(group: group, weight: 1 / Double($0)) }
    }

    private func requireFinite(_ values: [Float]) throws(MetricsError) {
        if let index = values.firstIndex(where: { !$0.isFinite }) { throw .notFinite(map: "", x: index, y: 0) }
    }

    /// The figures of each group, and of all together. Call it once, after the last map.
    public mutating func result() throws(MetricsError) -> (groups: [Figures], all: Figures) {
        var tallies = (0..<groups).map { group in
            Tally(
                positives: labelled[group], negatives: unlabelled[group] + normal,
                regions: regions.count { $0.group == group })
        }
        var all = Tally(
            positives: labelled.reduce(0, +), negatives: unlabelled.reduce(0, +) + normal, regions: regions.count)
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
                if code == 0 {
                    normalsAtTie += 1
                    all.negatives += 1
                } else if code > groups {
                    let region = regions[code - groups - 1]
                    tallies[region.group].addPositive(region.weight)
                    all.addPositive(region.weight)
                } else {
                    tallies[code - 1].negatives += 1
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
        private var area = OverlapArea(limits: [GroupedPixelMetrics.overlapLimit])
        private let totalNegatives, regions: Double
        /// The sum over regions of their share among the labelled pixels so far.
        private var overlap = 0.0
        /// The same without the pixels of the current tie.
        private var overlapBefore = 0.0
        /// The pixels of the current tie.
        private var positives = 0
        var negatives = 0
        /// The negatives of former ties that the rank does not know yet, and the normal pixels that it knows.
        private var pending = 0, known = 0

        init(positives: Int, negatives: Int, regions: Int) {
            rank = RankTally(positives: positives, negatives: negatives)
            (totalNegatives, self.regions) = (Double(negatives), Double(regions))
        }

        /// - Parameter weight: that of the pixel's region.
        mutating func addPositive(_ weight: Double) {
            if positives == 0 { overlapBefore = overlap }
            positives += 1
            overlap += weight
        }

        /// - Parameters:
        ///   - normalsAbove: the normal pixels of all former ties.
        ///   - normals: those of this tie.
        mutating func endTie(_ normalsAbove: Int, _ normals: Int) {
            if positives > 0 {
                add(positives: 0, negatives: pending + normalsAbove - known, overlap: overlapBefore)
                add(positives: positives, negatives: negatives + normals, overlap: overlap)
                (pending, known) = (0, normalsAbove + normals)
                positives = 0
            } else {
                pending += negatives
            }
            negatives = 0
        }

        mutating func finish(_ normals: Int) {
            add(positives: 0, negatives: pending + normals - known, overlap: overlap)
        }

        private mutating func add(positives: Int, negatives: Int, overlap: Double) {
            rank.add(threshold: 0, positives: positives, negatives: negatives)
            guard totalNegatives > 0, regions > 0 else { return }
            // The shares of a region's pixels need not sum to exactly 1.
            area.add(x: Double(rank.falsePositives) / totalNegatives, y: min(overlap / regions, 1))
        }

        var figures: Figures {
            Figures(
                auroc: rank.auroc, averagePrecision: rank.averagePrecision,
                aupro: area.normalized[GroupedPixelMetrics.overlapLimit])
        }
    }
}
