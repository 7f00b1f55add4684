/// Ranks the pixels of maps that are added one at a time and not kept.
struct PixelRanking {
    private var sort: ExternalSort
    private var groups: [RankedPixels.Group] = []
    private var images: [RankedPixels.Image] = []

    /// - Parameter expectedPixels: The number of pixels in all maps if known.
    init(options: PixelMetricsOptions, expectedPixels: Int = 0) {
        sort = ExternalSort(
            memoryLimitBytes: options.memoryLimitBytes, folder: options.scratchFolder, expectedCount: expectedPixels)
    }

    /// - Throws: `MetricsError` if sizes disagree, a value is not finite, a label contradicts its mask, or the
    ///   temporary file fails. After an error the ranking is unusable.
    mutating func add(_ map: LabelledMap) throws(MetricsError) {
        guard map.width > 0, map.height > 0, map.values.count == map.width * map.height else {
            throw .valueCountMismatch(map: map.name, width: map.width, height: map.height, values: map.values.count)
        }
        if let region = map.region, region.count != map.values.count {
            throw .maskSizeMismatch(map: map.name, width: map.width, height: map.height, mask: region.count)
        }
        let regions = try Self.regions(of: map)
        let unlabelledGroup = groups.count
        groups.append(RankedPixels.Group(image: images.count, overlapWeight: 0))
        for size in regions?.sizes ?? [] {
            groups.append(RankedPixels.Group(image: images.count, overlapWeight: 1 / Double(size)))
        }
        guard groups.count <= Int(UInt32.max) else { throw .tooLarge(groups: groups.count) }
        if let pixel = map.values.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(map: map.name, x: pixel % map.width, y: pixel / map.width)
        }
        // Label 0 is the unlabelled group; the regions follow it.
        var entries =
            regions.map { regions in
                zip(map.values, regions.labels).map { RankedPixels.entry($0, group: unlabelledGroup + Int($1)) }
            } ?? map.values.map { RankedPixels.entry($0, group: unlabelledGroup) }
        if let region = map.region { entries = zip(entries, region).compactMap { $1 == 0 ? nil : $0 } }
        try sort.append(entries)
        images.append(
            RankedPixels.Image(
                isAnomalous: map.isAnomalous, pixelCount: entries.count,
                labelledCount: regions?.sizes.reduce(0, +) ?? 0))
    }

    /// Returns the pixels of all maps. No map may be added afterwards.
    mutating func ranked() throws(MetricsError) -> RankedPixels {
        RankedPixels(entries: try sort.sorted(), groups: groups, images: images)
    }

    private static func regions(of map: LabelledMap) throws(MetricsError) -> ConnectedRegions? {
        guard let mask = map.mask else { return nil }
        guard mask.count == map.values.count else {
            throw .maskSizeMismatch(map: map.name, width: map.width, height: map.height, mask: mask.count)
        }
        let labelled = mask.count(where: { $0 != 0 })
        guard labelled > 0 else { return nil }
        guard map.isAnomalous else { throw .labelledNormalImage(map: map.name, labelledPixels: labelled) }
        return ConnectedRegions(mask: mask, width: map.width, height: map.height)
    }
}

/// All pixels of all maps in descending order of value. Each pixel takes 8 bytes: its rank key and its group. A group
/// is one labelled region, or all unlabelled pixels of one image.
struct RankedPixels {
    struct Group {
        let image: Int
        /// 1 / (pixels in the region); 0 for unlabelled pixels.
        let overlapWeight: Double
        var isLabelled: Bool { overlapWeight > 0 }
    }

    /// Label and pixel counts of an image.
    struct Image {
        let isAnomalous: Bool
        let pixelCount: Int
        let labelledCount: Int
    }

    let entries: SortedEntries
    let groups: [Group]
    let images: [Image]

    var regionCount: Int { groups.count - images.count }
    var labelledCount: Int { images.reduce(0) { $0 + $1.labelledCount } }
    var unlabelledCount: Int { entries.count - labelledCount }

    /// The value that an entry was made from. -0 becomes 0.
    static func value(of entry: UInt64) -> Float {
        let key = ~UInt32(truncatingIfNeeded: entry >> 32)
        return Float(bitPattern: key >> 31 == 1 ? key ^ 0x8000_0000 : ~key)
    }

    /// An entry whose upper word orders finite floats in descending order. Adding 0 makes -0 equal to 0.
    static func entry(_ value: Float, group: Int) -> UInt64 {
        let bits = (value + 0).bitPattern
        let key = ~(bits >> 31 == 1 ? ~bits : bits | 0x8000_0000)
        return UInt64(key) << 32 | UInt64(group)
    }

    func group(of entry: UInt64) -> Group { groups[Int(entry & 0xFFFF_FFFF)] }
}
