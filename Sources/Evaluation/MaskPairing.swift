/// Which mask belongs to which image of one kind, by names alone: those of files below the kind's folders, without their
/// extensions, such as `cam1/000` and `cam1/000_mask`.
///
/// The mask of an image is called like it, with or without `_mask`, and lies in a folder of the same name. A mask in the
/// kind's folder itself serves an image in a folder below if no other image could have it as well.
package struct MaskPairing: Equatable {
    /// Image to mask.
    package private(set) var masks: [String: String] = [:]
    /// Masks that several images could have, and that none gets, with these images.
    package private(set) var shared: [String: [String]] = [:]
    /// Further masks without an image, sorted.
    package private(set) var unused: [String] = []

    package init(images: [String], masks found: [String]) {
        var free = Set(found)
        var claims: [String: [String]] = [:]
        for suffix in ["_mask", ""] {
            for image in images.sorted() where masks[image] == nil {
                masks[image] = free.remove(image + suffix)
            }
        }
        for image in images.sorted() where masks[image] == nil {
            guard let slash = image.lastIndex(of: "/") else { continue }
            let stem = String(image[image.index(after: slash)...])
            for mask in [stem + "_mask", stem] where free.contains(mask) {
                claims[mask, default: []].append(image)
                break
            }
        }
        for (mask, claimants) in claims {
            free.remove(mask)
            if claimants.count == 1 { masks[claimants[0]] = mask } else { shared[mask] = claimants }
        }
        unused = free.sorted()
    }
}
