/// Takes in maps one at a time and ranks all their pixels. No map is kept.
struct PixelRanking {
    private var sort: ExternalSort
    private var groups: [RankedPixels.Group] = []
    private var images: [RankedPixels.Image] = []

    /// - Parameter expectedPixels: of all maps, where it is known.
    init(options: PixelMetricsOptions, expectedPixels: Int = 0) {
        sort = ExternalSort(
            memoryLimitBytes: options.memoryLimitBytes, folder: options.scratchFolder, expectedCount: expectedPixels)
    }

    /// - Throws: `MetricsError` for a map whose sizes disagree, whose values are not all finite, or whose label
    ///   contradicts its mask, and where the temporary file fails. After an error the ranking is of no use.
    mutating func add(_ map: LabelledMap) throws(MetricsError) {
        guard map.width > 0, map.height > 0, map.values.count == map.width * map.height else {
            throw .valueCountMismatch(map: map.name, width: map.width, height: map.height, values: map.values.count)
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
        // Label 0 is the unlabelled group, and the regions follow it.
        try sort.append(
            regions.map { regions in
                zip(map.values, regions.labels).map { RankedPixels.entry($0, group: unlabelledGroup + Int($1)) }
            } ?? map.values.map { RankedPixels.entry($0, group: unlabelledGroup) })
        images.append(
            RankedPixels.Image(
                isAnomalous: map.isAnomalous, pixelCount: map.values.count,
                labelledCount: regions?.sizes.reduce(0, +) ?? 0))
    }

    /// The pixels of all maps. No map may be added afterwards.
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
