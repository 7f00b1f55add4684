import Folders

/// VisA (Zou et al., "SPot-the-Difference Self-supervised Pre-training for Anomaly Detection and Segmentation", ECCV
/// 2022) as published: `CATEGORY/Data/Images` and `CATEGORY/Data/Masks`, with the one-class split in
/// `split_csv/1cls.csv`. Its columns are object, split, label, image and mask; paths are relative to the root.
///
/// Source: `utils/prepare_data.py` and `split_csv/1cls.csv` of amazon-science/spot-diff.
struct VisaLists: PublishedReader {
    private static let list = "split_csv/1cls.csv"
    static let title = "VisA", shape = "the file " + list

    private let root: NamedFolder
    private let source: DatasetList
    private let rows: [[String]]

    static func isIn(_ root: String) -> Bool { FolderWalk.isFile(root + "/" + list) }

    init(_ root: NamedFolder) throws(DatasetError) {
        self.root = root
        source = DatasetList(root, VisaLists.list)
        rows = try source.rows(["object", "split", "label", "image", "mask"])
    }

    var categories: [String] { Set(rows.map { $0[0] }).sorted() }

    func folder(of category: String) -> String { root.path + "/" + category }

    func category(_ name: String) throws(DatasetError) -> SourceCategory {
        var category = SourceCategory(name: name, images: [], ignoredFiles: [])
        category.listFiles = [root.path + "/" + Self.list]
        let folder = folder(of: name)
        func place(_ file: String) throws(DatasetError) -> (file: String, path: String) {
            guard file.hasPrefix(name + "/") else { throw source.fault("\(file) is not in the folder of \(name)") }
            return try source.path(String(file.dropFirst(name.count + 1)), in: folder)
        }
        for row in rows where row[0] == name {
            guard let split = SourceImage.Split(rawValue: row[1]) else {
                throw source.fault("the split \(row[1]); expected train or test")
            }
            let isAnomalous = row[2] != "normal"
            guard split == .test || !isAnomalous else {
                throw source.fault(
                    "\(row[3]) is a training image with the label \(row[2])", "use the list of one class")
            }
            let found = try place(row[3])
            var image = SourceImage(
                file: found.file, path: found.path, split: split, kind: isAnomalous ? row[2] : "good",
                isAnomalous: isAnomalous, folder: root)
            if isAnomalous, !row[4].isEmpty {
                let mask = try place(row[4])
                image.setMasks([SourceMask(file: mask.file, path: mask.path)])
            }
            category.images.append(image)
        }
        return category
    }
}
