import Wording

/// Pairs the images of one kind with their masks by name: by the path below the folder of the kind without extension,
/// such as `cam1/000` and `cam1/000_mask`.
///
/// A mask has the name of its image, with or without `_mask`, in a folder of the same name. A mask in the folder of the
/// kind itself is also used for an image in a subfolder, if no other image matches.
package struct MaskPairing: Equatable {
    /// Masks keyed by image.
    package private(set) var masks: [String: String] = [:]
    /// Masks that match several images and are not used, with these images.
    package private(set) var shared: [String: [String]] = [:]
    /// Masks that match no image, sorted.
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

/// Files in mask folders that are not used, by reason. Users usually expect them to be used.
public struct UnusedMasks: Sendable, Equatable {
    /// Masks that match no image.
    public var withoutImage: [String] = []
    /// Masks of images of the kind `good`.
    public var ofGoodImages: [String] = []
    /// Files without the extension of an image format.
    public var otherFormats: [String] = []
    /// Masks that match several images, with these images.
    public var shared: [String: [String]] = [:]

    /// The maximum number of names in a warning.
    private static let shownNames = 20

    public init() {}

    /// One sentence per reason, with the first names.
    ///
    /// - Parameter folder: The folder of the masks, that is, the path before `KIND/STEM_mask.png`, with a trailing
    ///   slash.
    public func warnings(folder: String) -> [String] {
        func sentence(_ names: [String], _ files: (one: String, several: String), _ reason: String) -> String? {
            guard !names.isEmpty else { return nil }
            let subject = counted(names.count, files.one + " is", files.several + " are")
            return "\(subject) not used (\(reason)): \(names.sorted().listed(atMost: Self.shownNames))"
        }
        let masks = (one: "mask", several: "masks")
        let ambiguous = shared.min { $0.key < $1.key }?.value.joined(separator: " and ") ?? ""
        return [
            sentence(withoutImage, masks, "no image with this name").map {
                "\($0). The mask of KIND/STEM.png is \(folder)KIND/STEM_mask.png or \(folder)KIND/STEM.png"
            },
            sentence(ofGoodImages, masks, "the image is good"),
            sentence(
                otherFormats, (one: "file among the masks", several: "files among the masks"),
                "the extension is not that of an image format"),
            sentence(Array(shared.keys), masks, "several images with this name").map {
                "\($0). The first matches \(ambiguous): put each mask in a folder named like that of its image"
            },
        ].compactMap { $0 }
    }
}
