import Folders

/// The AITEX fabric database (Silvestre-Blanes et al., "A Public Fabric Database for Defect Detection Methods and
/// Results", Autex Research Journal 2019) as published: strips of 4096 x 256 pixels. `NODefect_images` has a folder for
/// each fabric; the files of `Defect_images` are named `NUMBER_DEFECT_FABRIC.png`, those of `Mask_images`
/// `NUMBER_DEFECT_FABRIC_mask.png`, or `_mask1` and `_mask2` for two defects. Each fabric is a category; codes of
/// defects are kinds. All normal strips are for training; `testFraction` separates some of them.
struct AitexStrips: PublishedReader {
    private static let normal = "NODefect_images", defects = "Defect_images", masks = "Mask_images"

    /// A strip by the parts of its name.
    private struct Strip {
        /// The path relative to the root.
        let file: String
        /// The name up to the fabric, such as `0044_019_04`.
        let key: String
        let defect, fabric: String

        /// - Returns: nil if the name is not that of a strip or mask.
        init?(_ file: String) {
            let parts = SourceImage.stem(of: file).split(separator: "_").prefix(3)
            guard parts.count == 3, parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }) else {
                return nil
            }
            self.file = file
            (key, defect, fabric) = (parts.joined(separator: "_"), String(parts[1]), String(parts[2]))
        }
    }

    static let title = "the AITEX fabric database", shape = "the folders \(normal), \(defects) and \(masks)"

    private let root: NamedFolder
    private var strips: [String: [Strip]] = [:]
    private var others: [String] = []

    static func isIn(_ root: String) throws(DatasetError) -> Bool {
        for name in [normal, defects, masks] where try !FolderWalk.isFolder(root + "/" + name) { return false }
        return true
    }

    init(_ root: NamedFolder) throws(DatasetError) {
        self.root = root
        var walk = FolderWalk(root)
        for folder in [Self.normal, Self.defects, Self.masks] {
            var (found, others): ([Strip], [String]) = ([], [])
            try walk.files(below: root.path + "/" + folder) { name, isImage in
                let file = folder + "/" + name
                if isImage, let strip = Strip(file) { found.append(strip) } else { others.append(file) }
            }
            strips[folder] = found
            self.others += others
        }
        // Fabric 08 has a defective strip and no normal one.
        let fabrics = Set(strips[Self.normal, default: []].map(\.fabric))
        let images = Set(strips[Self.defects, default: []].map(\.key))
        others += strips[Self.defects, default: []].filter { !fabrics.contains($0.fabric) }.map(\.file)
        others += strips[Self.masks, default: []].filter { !images.contains($0.key) }.map(\.file)
    }

    /// `fabric_00` and so on.
    var categories: [String] { Set(strips[Self.normal, default: []].map { "fabric_" + $0.fabric }).sorted() }

    func folder(of category: String) -> String { root.path }

    func category(_ name: String) -> SourceCategory {
        var category = SourceCategory(name: name, images: [], ignoredFiles: others)
        let masks = Dictionary(grouping: strips[Self.masks, default: []], by: \.key)
        for (folder, split) in [(Self.normal, SourceImage.Split.train), (Self.defects, .test)] {
            for strip in strips[folder, default: []] where "fabric_" + strip.fabric == name {
                var image = SourceImage(
                    file: strip.file, path: root.path + "/" + strip.file, split: split,
                    kind: split == .train ? "good" : strip.defect, isAnomalous: split == .test, folder: root)
                if split == .test {
                    image.setMasks(
                        masks[strip.key, default: []].map(\.file).sorted().map {
                            SourceMask(file: $0, path: root.path + "/" + $0)
                        })
                }
                category.images.append(image)
            }
        }
        return category
    }
}
