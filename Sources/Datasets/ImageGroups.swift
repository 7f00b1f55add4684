import ContentStore
import Manifests

extension DatasetSection.Groups {
    /// The name of an image's group; nil if the image is its own group.
    ///
    /// - Parameters:
    ///   - file: the image's path below the folder of training images or of arrivals, such as `0001_03.png`.
    ///   - sample: the part that it shows, if others show it too; it is a group always.
    package func name(of file: String, sample: String? = nil) -> String? {
        if let sample { return sample }
        switch self {
        case .none: return nil
        case .folders:
            let folder = SourceImage.folder(of: file)
            return folder.isEmpty ? nil : folder
        case .names:
            // The digits at the end, or before a suffix such as `-left`.
            let stem = SourceImage.stem(of: file)
            guard let last = stem.lastIndex(where: \.isASCIIDigit) else { return nil }
            let number = stem[...last].reversed().prefix(while: \.isASCIIDigit).count
            let rest = stem[..<stem.index(last, offsetBy: 1 - number)]
            return rest.contains(where: \.isASCIIDigit) ? SourceImage.folder(of: file) + rest : nil
        }
    }

    /// A digest that the images of a group share, and others do not.
    ///
    /// - Parameter own: the digest of an image that is its own group.
    package func digest(of file: String, sample: String? = nil, own: Digest) -> Digest {
        name(of: file, sample: sample).map { Digest.of(text: $0) } ?? own
    }
}

/// The choice of images to hold out, by digests alone, which are as good as random numbers and equal on every machine.
package enum HeldOut {
    /// The images to hold out: whole groups in the order of their digests, until there are as many images as the fraction asks
    /// for; at least one image, or two groups of several images if there are four groups. A group that would make them more
    /// than half of all is left out; if each would, the smallest is taken. Images of a single group are chosen one by one.
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

extension String {
    /// The text after a prefix; itself without it.
    package func without(prefix: String) -> String { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
