/// The saturated per-region overlap of each kind of defect against the same normal images (Bergmann et al., "Beyond
/// Dents and Scratches: Logical Constraints in Unsupervised Anomaly Detection and Localization", IJCV 2022, section
/// 4.2).
///
/// The overlap of a region at a threshold is min(pixels of the region at or above it / saturation area, 1). The
/// false-positive rate of a kind is pooled over all pixels of the normal images, and over those of its own images that
/// lie in no region. The area under the mean overlap is exact: every value is a threshold, ties form one, and
/// trapezoids are added up to each limit and divided by it. Regions may overlap.
///
/// Memory: 16 bytes per pixel up to the limit; beyond it, a temporary file of 8 bytes per pixel.
struct SaturatedOverlap {
    static let limits = [0.01, 0.05, 0.1, 0.3, 1]

    /// A defect region of an image.
    struct Region {
        /// As many values as the map has, nonzero in the region.
        let mask: [UInt8]
        /// From 1 to the number of pixels in the region.
        let saturationPixels: Int
    }

    private struct Kind {
        var regions = 0
        /// Pixels of its images that lie in no region.
        var background = 0
    }

    private var sort: ExternalSort
    private var kinds: [Kind]
    private var normal = 0
    /// The kind and saturation area of each region.
    private var regions: [(kind: Int, saturation: Int)] = []

    init(kinds: Int, memoryLimitBytes: Int, scratchFolder: String) {
        self.kinds = [Kind](repeating: Kind(), count: kinds)
        sort = ExternalSort(memoryLimitBytes: memoryLimitBytes, folder: scratchFolder)
    }

    /// Adds the map of a normal image, which counts for every kind. Values are finite.
    mutating func addNormal(_ values: [Float]) throws(MetricsError) {
        normal += values.count
        try sort.append(values.map { RankedPixels.entry($0, group: 0) })
    }

    /// Adds the map of an anomalous image. Values are finite, and masks have as many.
    mutating func add(_ values: [Float], regions own: [Region], kind: Int) throws(MetricsError) {
        var isBackground = [Bool](repeating: true, count: values.count)
        for region in own {
            let group = 1 + kinds.count + regions.count
            guard group <= Int(UInt32.max) else { throw .tooLarge(groups: group) }
            regions.append((kind, region.saturationPixels))
            kinds[kind].regions += 1
            var entries: [UInt64] = []
            for (pixel, label) in region.mask.enumerated() where label != 0 {
                isBackground[pixel] = false
                entries.append(RankedPixels.entry(values[pixel], group: group))
            }
            try sort.append(entries)
        }
        var entries: [UInt64] = []
        for (pixel, value) in values.enumerated() where isBackground[pixel] {
            entries.append(RankedPixels.entry(value, group: 1 + kind))
        }
        kinds[kind].background += entries.count
        try sort.append(entries)
    }

    /// The areas of each kind by limit; empty for a kind without regions or without pixels outside of them. Call it
    /// once, after the last map.
    mutating func result() throws(MetricsError) -> [[Double: Double]] {
        var areas = kinds.map { _ in OverlapArea(limits: Self.limits) }
        var falsePositives = kinds.map { _ in 0 }, found = regions.map { _ in 0 }
        var overlaps = kinds.map { _ in 0.0 }
        var normalsFound = 0
        func endTie() {
            for (index, kind) in kinds.enumerated() where kind.regions > 0 && kind.background + normal > 0 {
                areas[index].add(
                    x: Double(falsePositives[index] + normalsFound) / Double(kind.background + normal),
                    y: min(overlaps[index] / Double(kind.regions), 1))
            }
        }
        var steps = try sort.sorted().walk()
        var block: [UInt64] = []
        var tie: UInt64?
        while try steps.next(&block) {
            for entry in block {
                if let last = tie, last != entry >> 32 { endTie() }
                tie = entry >> 32
                let group = Int(entry & 0xFFFF_FFFF)
                if group == 0 {
                    normalsFound += 1
                } else if group <= kinds.count {
                    falsePositives[group - 1] += 1
                } else {
                    let region = group - 1 - kinds.count
                    found[region] += 1
                    guard found[region] <= regions[region].saturation else { continue }
                    overlaps[regions[region].kind] += 1 / Double(regions[region].saturation)
                }
            }
        }
        endTie()
        return areas.map(\.normalized)
    }
}
