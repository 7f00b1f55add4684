import Evaluation
import Folders
import Manifests

/// The mask files of a category in the MVTec layout, and the images that they belong to.
struct CategoryMasks {
    /// The category's folder.
    private let folder: String
    private let folders: CategoryFolders
    /// The mask's file by kind, then by its name in the kind's folder without extension, such as `cam1/000_mask`.
    private var files: [String: [String: String]] = [:]
    /// Files without an image extension.
    private var otherFormats: [String] = []

    /// Finds masks in folders of their own, and removes those that lie beside images from the category's images.
    ///
    /// - Throws: `DatasetError.sameName` if two masks differ in their extensions alone.
    init(
        in folder: String, _ folders: CategoryFolders, _ walk: inout FolderWalk, _ category: inout SourceCategory
    ) throws(DatasetError) {
        (self.folder, self.folders) = (folder, folders)
        if folders.hasMasksBesideImages {
            let isMask: (SourceImage) -> Bool = { $0.split == .test && $0.stem.hasSuffix("_mask") }
            for mask in category.images where isMask(mask) {
                try add(mask.kind, name(of: mask, in: mask.kind), mask.file)
            }
            category.images.removeAll(where: isMask)
        } else if folders.masks != nil {
            for kind in try walk.folders(in: folder + "/" + folders.test) where folders.isKind(kind) {
                let inner = folders.masksFolder(kind)
                guard try FolderWalk.isFolder(folder + "/" + inner) else { continue }
                for name in try found(below: inner, &walk, file: { inner + "/" + $0 }) {
                    try add(kind, SourceImage.withoutExtension(name), inner + "/" + name)
                }
            }
        } else if try FolderWalk.isFolder(folder + "/" + folders.groundTruth) {
            for name in try found(below: folders.groundTruth, &walk, file: folders.masksFolder) {
                let kind = String(name.prefix { $0 != "/" })
                try add(
                    kind, SourceImage.withoutExtension(String(name.dropFirst(kind.count + 1))),
                    folders.masksFolder(name))
            }
        }
    }

    /// The names of the image files below a folder of masks; others are recorded.
    ///
    /// - Parameter file: the path of a name, relative to the category's folder.
    private mutating func found(
        below inner: String, _ walk: inout FolderWalk, file: (String) -> String
    ) throws(DatasetError) -> [String] {
        var (names, others): ([String], [String]) = ([], [])
        try walk.files(below: folder + "/" + inner) { name, isImage in
            if isImage { names.append(name) } else { others.append(file(name)) }
        }
        otherFormats += others
        return names
    }

    private mutating func add(_ kind: String, _ name: String, _ file: String) throws(DatasetError) {
        if let other = files[kind, default: [:]].updateValue(file, forKey: name) {
            throw .sameName(category: folder, first: other, second: file)
        }
    }

    /// The name of an image in the folder of its kind, without extension.
    private func name(of image: SourceImage, in kind: String) -> String {
        String(SourceImage.withoutExtension(image.file).dropFirst(folders.imagesFolder(kind).count + 1))
    }

    /// Assigns the masks to the anomalous images of the category, and records the unused ones.
    func pair(with category: inout SourceCategory) {
        var unused = UnusedMasks()
        unused.otherFormats = otherFormats
        for (kind, masks) in files.sorted(by: { $0.key < $1.key }) {
            pair(masks, of: kind, with: &category, &unused)
        }
        (category.unusedMasks, category.masksFolder) = (unused, folders.groundTruth)
    }

    private func pair(
        _ masks: [String: String], of kind: String, with category: inout SourceCategory, _ unused: inout UnusedMasks
    ) {
        let images = category.images.indices.filter {
            category.images[$0].split == .test && category.images[$0].kind == kind
        }
        let names = images.map { name(of: category.images[$0], in: kind) }
        let known = Set(names)
        // A folder named as an image holds a mask for each of its regions.
        let regions = Dictionary(grouping: masks.keys) { String(SourceImage.folder(of: $0).dropLast()) }
            .filter { known.contains($0.key) }
        let pairing = MaskPairing(
            images: names,
            masks: masks.keys.filter { regions[String(SourceImage.folder(of: $0).dropLast())] == nil })
        unused.withoutImage += pairing.unused.compactMap { masks[$0] }
        for (mask, claimants) in pairing.shared {
            unused.shared[masks[mask] ?? mask] = claimants.map { folders.testFolder(kind) + "/" + $0 }
        }
        if folders.isNormal(kind: kind) {
            // MVTec 3D-AD has an empty mask for each normal image.
            if folders.masks == nil { unused.ofGoodImages += pairing.masks.values.compactMap { masks[$0] } }
            return
        }
        for (image, name) in zip(images, names) {
            let files = (pairing.masks[name].map { [$0] } ?? regions[name]?.sorted() ?? []).compactMap { masks[$0] }
            category.images[image].setMasks(files.map { SourceMask(file: $0, path: folder + "/" + $0) })
        }
    }
}
