import Folders
import Manifests

/// The layout of MVTec AD: `CATEGORY/train/good`, `CATEGORY/test/KIND` and `CATEGORY/ground_truth/KIND`, under the
/// names of `CategoryFolders`.
extension DatasetScan {
    /// The folders below `root` that hold a folder of training images, sorted.
    package static func categoryNames(
        _ root: String, _ folders: CategoryFolders = .usual
    ) throws(DatasetError) -> [String] {
        guard try FolderWalk.isFolder(root) else {
            throw .missingFolder(
                path: root, what: "a data set in the MVTec layout",
                remedy: "Correct the path, or link the images with `make data DATA=FOLDER`")
        }
        var names: [String] = []
        for name in try FolderWalk.entries(root) where try FolderWalk.isFolder(root + "/" + name + "/" + folders.train)
        {
            names.append(name)
        }
        return names
    }

    static func mvtecCategory(
        _ root: NamedFolder, name: String, _ folders: CategoryFolders
    ) throws(DatasetError) -> SourceCategory {
        let folder = root.path + "/" + name
        var category = SourceCategory(name: name, images: [], ignoredFiles: [])
        try collect(root, "/" + name + "/" + folders.train, prefix: folders.train + "/", into: &category) {
            file, path in
            SourceImage(file: file, path: path, split: .train, kind: "good", isAnomalous: false, folder: root)
        }
        if category.images.isEmpty { throw .noNormalImages(category: name, folder: folder + "/" + folders.train) }
        try collectTest(root, "/" + name, folders, into: &category)
        for inner in folders.unlabelled where try FolderWalk.isFolder(folder + "/" + inner) {
            try collect(root, "/" + name + "/" + inner, prefix: inner + "/", into: &category) { file, path in
                SourceImage(file: file, path: path, split: .test, kind: inner, isAnomalous: nil, folder: root)
            }
        }
        if let saturations = try RegionSaturation.table(of: name, in: root) {
            category.listFiles.append("\(root.path)/\(name)/\(RegionSaturation.file)")
            for index in category.images.indices where category.images[index].maskPath != nil {
                category.images[index].saturations = saturations
            }
        }
        return try checked(category)
    }

    /// Labelled images in `test/KIND` below a folder, with masks in `ground_truth/KIND`.
    ///
    /// - Parameter normalKinds: the kinds that are normal.
    package static func labelled(
        below folder: NamedFolder, normalKinds: [String] = CategoryFolders.usual.normalKinds
    ) throws(DatasetError) -> SourceCategory {
        var category = SourceCategory(name: folder.path, images: [], ignoredFiles: [])
        let test = folder.path + "/test"
        guard try FolderWalk.isFolder(test) else {
            throw .missingFolder(path: test, what: "a folder of labelled images")
        }
        var folders = CategoryFolders.usual
        folders.normalKinds = normalKinds
        try collectTest(folder, "", folders, into: &category)
        if category.images.isEmpty { throw .noImages(folder: test) }
        return try checked(category)
    }

    /// - Parameter place: the category's path within the named folder.
    private static func collectTest(
        _ root: NamedFolder, _ place: String, _ folders: CategoryFolders, into category: inout SourceCategory
    ) throws(DatasetError) {
        let folder = root.path + place
        guard try FolderWalk.isFolder(folder + "/" + folders.test) else { return }
        var walk = FolderWalk(root)
        for kind in try walk.folders(in: folder + "/" + folders.test) where folders.isKind(kind) {
            let inner = folders.imagesFolder(kind)
            if folders.images != nil, try !FolderWalk.isFolder(folder + "/" + inner) { continue }
            try collect(root, place + "/" + inner, prefix: inner + "/", into: &category) { file, path in
                SourceImage(
                    file: file, path: path, split: .test, kind: kind, isAnomalous: !folders.isNormal(kind: kind),
                    folder: root)
            }
        }
        if let masks = folders.masks, folders.images == nil {
            // The masks lie below the images.
            category.images.removeAll { $0.file.hasPrefix(folders.testFolder($0.kind) + "/" + masks + "/") }
        }
        let masks = try CategoryMasks(in: folder, folders, &walk, &category)
        masks.pair(with: &category)
    }
}
