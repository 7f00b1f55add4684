import ContentStore

/// The choice of images to hold out, by digests alone, which are as good as random numbers and equal on every machine.
package enum HeldOut {
    /// The images to hold out: whole groups in the order of their digests, until there are as many images as the
    /// fraction asks for; at least one image, or two groups of several images if there are four groups. A group that
    /// would make them more than half of all is left out; if each would, the smallest is taken. Images of a single
    /// group are chosen one by one.
    ///
    /// - Parameters:
    ///   - images: the digest of each image, all different.
    ///   - groups: the digest of each image's group; equal to that of the image without groups.
    /// - Returns: the numbers of the images.
    package static func chosen(_ images: [Digest], groups: [Digest], fraction: Double) -> Set<Int> {
        let wanted = min(max(1, Int((Float(images.count) * Float(fraction)).rounded())), images.count - 1)
        let members = Dictionary(grouping: images.indices) { groups[$0] }
        guard members.count > 1 else {
            return Set(images.indices.sorted { images[$0] < images[$1] }.prefix(max(0, wanted)))
        }
        let fewest = members.count >= 4 && members.count < images.count ? 2 : 1
        let most = max(wanted, images.count / 2)
        var (chosen, count) = (Set<Int>(), 0)
        for group in members.keys.sorted() where chosen.count + members[group]!.count <= most {
            if count >= fewest, chosen.count >= wanted { break }
            chosen.formUnion(members[group]!)
            count += 1
        }
        if !chosen.isEmpty { return chosen }
        return Set(members.min { ($0.value.count, $0.key) < ($1.value.count, $1.key) }!.value)
    }

    /// True if a later arrival is held out. The decision ignores all other images, so no night's model trains on images
    /// that another night judges by.
    package static func contains(_ group: Digest, fraction: Double) -> Bool {
        Double(group.words.0) < fraction * 0x1p64
    }
}
