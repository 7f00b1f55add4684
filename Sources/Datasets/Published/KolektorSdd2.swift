import Folders
import Imaging
import Wording

/// Kolektor SDD2 (Bozic, Tabernik and Skocaj, "Mixed supervision for surface-defect detection", Computers in Industry
/// 2021) as published: `train/10000.png` with the mask `train/10000_GT.png`, and the same in `test`. An image is
/// defective if its mask marks a pixel, so this reader opens the masks.
///
/// The defective images of `train` are left out, as is usual for methods without labels. The archive has the stray
/// files `10301 (copy).png` and `10301_GT (copy).png`; an image without a mask `NAME_GT.png` is left out.
struct KolektorSdd2: PublishedReader {
    static let title = "Kolektor SDD2", shape = "images and masks NAME_GT.png in train and test"
    private static let ending = "_GT"

    static func isIn(_ root: String) throws(DatasetError) -> Bool {
        for split in ["train", "test"] {
            guard try FolderWalk.isFolder(root + "/" + split),
                try FolderWalk.entries(root + "/" + split).contains(where: isMask)
            else { return false }
        }
        return true
    }

    private static func isMask(_ name: String) -> Bool {
        FolderWalk.isImage(name) && SourceImage.stem(of: name).hasSuffix(ending)
    }

    let categories = ["kolektor_sdd2"]
    private let root: NamedFolder

    init(_ root: NamedFolder) { self.root = root }

    func folder(of category: String) -> String { root.path }

    func category(_ name: String) throws(DatasetError) -> SourceCategory {
        var category = SourceCategory(name: name, images: [], ignoredFiles: [])
        var defective = 0
        for split in [SourceImage.Split.train, .test] {
            let folder = root.path + "/" + split.rawValue
            let names = try FolderWalk.entries(folder)
            var masks: [String: String] = [:]
            for name in names where Self.isMask(name) {
                masks[String(SourceImage.stem(of: name).dropLast(Self.ending.count))] = name
            }
            for name in names where !Self.isMask(name) {
                let (file, path) = (split.rawValue + "/" + name, folder + "/" + name)
                guard FolderWalk.isImage(name), let mask = masks[SourceImage.stem(of: name)] else {
                    category.ignoredFiles.append(file)
                    continue
                }
                let maskPath = folder + "/" + mask
                for path in [path, maskPath] {
                    do throws(LinkFault) { try root.permit(path) } catch { throw .link(error) }
                }
                let isAnomalous = try Self.marksPixel(maskPath, mask: split.rawValue + "/" + mask)
                guard split == .test || !isAnomalous else {
                    defective += 1
                    continue
                }
                var image = SourceImage(
                    file: file, path: path, split: split, kind: isAnomalous ? "defect" : "good",
                    isAnomalous: isAnomalous, folder: root)
                if isAnomalous { image.setMasks([SourceMask(file: split.rawValue + "/" + mask, path: maskPath)]) }
                category.images.append(image)
            }
        }
        if defective > 0 {
            category.annotationNotes.append(
                "\(counted(defective, "defective image")) of train left out: only normal images are trained on")
        }
        return category
    }

    private static func marksPixel(_ path: String, mask: String) throws(DatasetError) -> Bool {
        do throws(ImagingError) {
            return try DecodedMask.decode(path: path).mask.area > 0
        } catch {
            throw .list(
                file: path, fault: "the mask, which says if the image is defective, cannot be read: \(error)",
                remedy: "unpack the data set again")
        }
    }
}
