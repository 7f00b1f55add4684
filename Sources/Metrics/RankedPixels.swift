/// All pixels of all maps, from the highest value down. Each pixel is 8 bytes: its rank key and the number of its group.
/// A group is an image's unlabelled pixels, or one labelled region.
struct RankedPixels {
    struct Group {
        let image: Int
        /// 1 / pixels of the region; 0 for unlabelled pixels.
        let overlapWeight: Double
        var isLabelled: Bool { overlapWeight > 0 }
    }

    /// What is known of an image once its pixels are ranked.
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

    /// The value that an entry was made from; -0 comes back as 0.
    static func value(of entry: UInt64) -> Float {
        let key = ~UInt32(truncatingIfNeeded: entry >> 32)
        return Float(bitPattern: key >> 31 == 1 ? key ^ 0x8000_0000 : ~key)
    }

    /// An entry whose upper word orders finite floats from the highest down; adding 0 makes -0 equal to 0.
    static func entry(_ value: Float, group: Int) -> UInt64 {
        let bits = (value + 0).bitPattern
        let key = ~(bits >> 31 == 1 ? ~bits : bits | 0x8000_0000)
        return UInt64(key) << 32 | UInt64(group)
    }

    func group(of entry: UInt64) -> Group { groups[Int(entry & 0xFFFF_FFFF)] }
}
