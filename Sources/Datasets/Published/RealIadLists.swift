import Folders
import StrictJSON

/// Real-IAD (Wang et al., "Real-IAD: A Real-World Multi-View Dataset for Benchmarking Versatile Industrial Anomaly
/// Detection", CVPR 2024) as published: `realiad_1024/CATEGORY/OK/S0001/*_C1_*.jpg`, `NG/KIND/S0001`, with lists
/// `realiad_jsons/CATEGORY.json`. A list has "meta" with "normal_class" and "prefix", and "train" and "test" with
/// "anomaly_class", "image_path" and "mask_path"; the paths are relative to the prefix.
///
/// The folder S0001 is a part, of which five cameras took a picture each. The score of the part is the highest of its
/// views.
///
/// Source: the data set's README, and its reader in openvinotoolkit/anomalib.
struct RealIadLists: PublishedReader {
    private static let lists = "realiad_jsons"
    static let title = "Real-IAD", shape = "the folder \(lists), with a JSON file for each category"
    /// The folders of images, largest first.
    private static let resolutions = ["realiad_raw", "realiad_1024", "realiad_512", "realiad_256"]

    private let root: NamedFolder
    /// The folder of lists, which the published archive holds twice, one in the other.
    private let folder: String
    private let images: String
    let categories: [String]

    static func isIn(_ root: String) throws(DatasetError) -> Bool { try FolderWalk.isFolder(root + "/" + lists) }

    init(_ root: NamedFolder) throws(DatasetError) {
        self.root = root
        let inner = Self.lists + "/" + Self.lists
        folder = try FolderWalk.isFolder(root.path + "/" + inner) ? inner : Self.lists
        categories = try FolderWalk.entries(root.path + "/" + folder).filter { $0.hasSuffix(".json") }
            .map { String($0.dropLast(5)) }
        var found: String?
        for name in Self.resolutions where found == nil {
            if try FolderWalk.isFolder(root.path + "/" + name) { found = name }
        }
        guard let found else {
            throw .list(
                file: root.path, fault: "no folder of images; expected \(Self.resolutions.joined(separator: ", "))",
                remedy: "unpack one of the archives of images beside \(Self.lists)")
        }
        images = found
    }

    func folder(of category: String) -> String { root.path + "/" + images + "/" + category }

    func category(_ name: String) throws(DatasetError) -> SourceCategory {
        let file = folder + "/" + name + ".json"
        let source = DatasetList(root, file)
        let list = try source.json()
        guard let normal = list["meta"]?["normal_class"]?.string else { throw source.fault("no meta.normal_class") }
        let prefix = list["meta"]?["prefix"]?.string ?? name
        guard prefix == name || prefix == name + "/" else {
            throw source.fault("the prefix \(prefix); expected \(name)", "name the list as the folder of the images")
        }
        var category = SourceCategory(name: name, images: [], ignoredFiles: [])
        category.listFiles = [root.path + "/" + file]
        for split in [SourceImage.Split.train, .test] {
            for entry in list[split.rawValue]?.elements ?? [] {
                guard let kind = entry["anomaly_class"]?.string, let path = entry["image_path"]?.string else {
                    throw source.fault("an image of \(split.rawValue) without anomaly_class or image_path")
                }
                let isAnomalous = kind != normal
                guard split == .test || !isAnomalous else {
                    throw source.fault(
                        "\(path) is a training image with the defect \(kind)",
                        "use the lists of the unsupervised protocol")
                }
                let found = try source.path(path, in: folder(of: name))
                var image = SourceImage(
                    file: found.file, path: found.path, split: split, kind: isAnomalous ? kind : "good",
                    isAnomalous: isAnomalous, folder: root)
                image.sample = String(SourceImage.folder(of: found.file).dropLast())
                if isAnomalous, let mask = entry["mask_path"]?.string, !mask.isEmpty {
                    let found = try source.path(mask, in: folder(of: name))
                    image.setMasks([SourceMask(file: found.file, path: found.path)])
                }
                category.images.append(image)
            }
        }
        return category
    }
}
