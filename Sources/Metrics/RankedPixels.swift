/// All pixels of all maps, sorted once from the highest value down. Each pixel is 8 bytes: its rank key and the number
/// of its group. A group is an image's unlabelled pixels, or one labelled region.
struct RankedPixels {
    struct Group {
        let image: Int
        /// 1 / pixels of the region; 0 for unlabelled pixels.
        let overlapWeight: Double
        var isLabelled: Bool { overlapWeight > 0 }
    }

    let entries: [UInt64]
    let groups: [Group]
    let regionCount: Int
    let labelledCount: Int
    /// Labelled pixels of each image.
    let labelledPixels: [Int]
    var unlabelledCount: Int { entries.count - labelledCount }

    /// - Throws: `MetricsError` for a map whose sizes disagree, whose values are not all finite, or whose label
    ///   contradicts its mask.
    init(_ maps: [LabelledMap]) throws(MetricsError) {
        var entries: [UInt64] = []
        var groups = maps.indices.map { Group(image: $0, overlapWeight: 0) }
        var labelledPixels: [Int] = []
        entries.reserveCapacity(maps.reduce(0) { $0 + $1.values.count })
        for (image, map) in maps.enumerated() {
            guard map.width > 0, map.height > 0, map.values.count == map.width * map.height else {
                throw .valueCountMismatch(
                    map: map.name, width: map.width, height: map.height, values: map.values.count)
            }
            let regions = try Self.regions(of: map)
            let firstRegion = groups.count
            groups += (regions?.sizes ?? []).map { Group(image: image, overlapWeight: 1 / Double($0)) }
            guard groups.count <= Int(UInt32.max) else { throw .tooLarge(groups: groups.count) }
            for (pixel, value) in map.values.enumerated() {
                guard value.isFinite else {
                    throw .notFinite(map: map.name, x: pixel % map.width, y: pixel / map.width)
                }
                let label = regions.map { Int($0.labels[pixel]) } ?? 0
                let group = label == 0 ? image : firstRegion + label - 1
                entries.append(UInt64(Self.descendingKey(value)) << 32 | UInt64(group))
            }
            labelledPixels.append(regions?.sizes.reduce(0, +) ?? 0)
        }
        RadixSort.sortByHighWord(&entries)
        self.entries = entries
        self.groups = groups
        self.labelledPixels = labelledPixels
        regionCount = groups.count - maps.count
        labelledCount = labelledPixels.reduce(0, +)
    }

    /// The value that an entry was made from; -0 comes back as 0.
    static func value(of entry: UInt64) -> Float {
        let key = ~UInt32(truncatingIfNeeded: entry >> 32)
        return Float(bitPattern: key >> 31 == 1 ? key ^ 0x8000_0000 : ~key)
    }

    func group(of entry: UInt64) -> Group { groups[Int(entry & 0xFFFF_FFFF)] }

    /// A key that orders finite floats from the highest down; adding 0 makes -0 equal to 0.
    private static func descendingKey(_ value: Float) -> UInt32 {
        let bits = (value + 0).bitPattern
        return ~(bits >> 31 == 1 ? ~bits : bits | 0x8000_0000)
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
