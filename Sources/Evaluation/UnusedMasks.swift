/// Files in folders of masks that label no pixel of any image, by why that is. Whoever made them expects otherwise.
public struct UnusedMasks: Sendable, Equatable {
    /// Masks whose names are those of no image.
    public var withoutImage: [String] = []
    /// Masks of images of the kind good.
    public var ofGoodImages: [String] = []
    /// Files that are not PNG, TIFF or JPEG by their names.
    public var otherFormats: [String] = []
    /// Masks that several images could have, with these images.
    public var shared: [String: [String]] = [:]

    /// Enough to see what is wrong with them, and few enough to be read.
    private static let shownNames = 20

    public init() {}

    /// A sentence for each reason, with the first names.
    ///
    /// - Parameter folder: of the masks, before `KIND/STEM_mask.png`, with a slash at the end.
    public func warnings(folder: String) -> [String] {
        func sentence(_ names: [String], _ one: String, _ several: String) -> String? {
            guard !names.isEmpty else { return nil }
            let shown = names.sorted().prefix(Self.shownNames).joined(separator: ", ")
            let rest = names.count > Self.shownNames ? " and \(names.count - Self.shownNames) more" : ""
            return "\(names.count == 1 ? "1 \(one)" : "\(names.count) \(several)"): \(shown)\(rest)"
        }
        let first = shared.min { $0.key < $1.key }
        return [
            sentence(
                withoutImage, "mask is not used, as it has the name of no image",
                "masks are not used, as they have the names of no image"
            ).map { "\($0). The mask of KIND/STEM.png is \(folder)KIND/STEM_mask.png or \(folder)KIND/STEM.png" },
            sentence(
                ofGoodImages, "mask of a good image is not used, as such an image has no defect",
                "masks of good images are not used, as such images have no defect"),
            sentence(
                otherFormats, "file among the masks is not used, as its name is not that of a PNG, TIFF or JPEG",
                "files among the masks are not used, as their names are not those of PNG, TIFF or JPEG"),
            sentence(
                Array(shared.keys), "mask is not used, as several images could have it",
                "masks are not used, as several images could have each"
            ).map { sentence in
                let images = first?.value.joined(separator: " and ") ?? ""
                return sentence
                    + ". The first could belong to \(images): put each mask into a folder like that of its image"
            },
        ].compactMap { $0 }
    }
}
