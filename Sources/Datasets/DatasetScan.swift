import Evaluation
import Folders
import Manifests

/// Finds the image files of a data set by the names of folders and files; no file is opened.
package enum DatasetScan {
    /// The images of a manifest's section.
    package static func scan(_ dataset: DatasetSection, jobName: String) throws(DatasetError) -> [SourceCategory] {
        try scan(
            dataset.layout, jobName: jobName, folders: dataset.folders, groundTruth: dataset.groundTruth,
            testFraction: dataset.testFraction, groups: dataset.groups, followsLinks: dataset.links == .follow)
    }

    /// - Parameters:
    ///   - groundTruth: annotations for the layout `folder`.
    ///   - testFraction: the fraction of normal training images that become test images.
    ///   - groups: the images that stay together then.
    ///   - followsLinks: allows links that lead out of the folders that the layout names.
    /// - Returns: the categories in the order of the manifest, or sorted by name if it lists none.
    package static func scan(
        _ layout: DatasetSection.Layout, jobName: String, folders: CategoryFolders = .usual,
        groundTruth: DatasetSection.GroundTruth? = nil, testFraction: Double = 0,
        groups: DatasetSection.Groups = .none, followsLinks: Bool = false
    ) throws(DatasetError) -> [SourceCategory] {
        var categories = try whole(
            layout, jobName: jobName, folders: folders, groundTruth: groundTruth, followsLinks: followsLinks)
        if testFraction > 0 {
            for index in categories.indices {
                categories[index].separateTestImages(
                    fraction: testFraction, groups: groups, prefix: layout.trainingPrefix(folders))
                categories[index] = try checked(categories[index])
            }
        }
        return categories
    }

    private static func whole(
        _ layout: DatasetSection.Layout, jobName: String, folders: CategoryFolders,
        groundTruth: DatasetSection.GroundTruth?, followsLinks: Bool
    ) throws(DatasetError) -> [SourceCategory] {
        switch layout {
        case .published(let published, let root, let categories):
            let reader = try published.reader(of: NamedFolder(root.absolute, followsLinks: followsLinks))
            var scanned: [SourceCategory] = []
            for name in try wanted(categories, of: reader.categories, in: root.absolute) {
                let category = try reader.category(name)
                guard category.images.contains(where: { $0.split == .train }) else {
                    throw .noNormalImages(category: name, folder: root.absolute)
                }
                scanned.append(try checked(category))
            }
            return scanned
        case .mvtec(let root, let categories):
            let found = try categoryNames(root.absolute, folders)
            let names = try wanted(categories, of: found, in: root.absolute)
            guard !names.isEmpty else { throw .noCategories(root: root.absolute) }
            var scanned: [SourceCategory] = []
            let folder = NamedFolder(root.absolute, followsLinks: followsLinks)
            for name in names { scanned.append(try mvtecCategory(folder, name: name, folders)) }
            return scanned
        case .folder(let normal, let score):
            var category = SourceCategory(name: jobName, images: [], ignoredFiles: [])
            let normalFolder = NamedFolder(normal.absolute, followsLinks: followsLinks)
            try collect(normalFolder, prefix: "train/", into: &category) { file, path in
                SourceImage(
                    file: file, path: path, split: .train, kind: "good", isAnomalous: false, folder: normalFolder)
            }
            if category.images.isEmpty { throw .noNormalImages(category: jobName, folder: normal.absolute) }
            if let score {
                if FolderOverlap.lies(score.absolute, in: normal.absolute) {
                    throw .overlap(normal: normal.absolute, score: score.absolute)
                }
                let scoreFolder = NamedFolder(score.absolute, followsLinks: followsLinks)
                try collect(scoreFolder, prefix: "test/", into: &category) { file, path in
                    let kind = file.split(separator: "/").dropFirst().dropLast().joined(separator: "/")
                    return SourceImage(
                        file: file, path: path, split: .test, kind: kind, isAnomalous: nil, folder: scoreFolder)
                }
            }
            if let groundTruth {
                try AnnotationSet(groundTruth.file, groundTruth.format).label(
                    &category, file: groundTruth.file.absolute)
            }
            return [try checked(category)]
        }
    }

    /// The categories to run, of those that were found.
    private static func wanted(
        _ categories: DatasetSection.Categories, of found: [String], in root: String
    ) throws(DatasetError) -> [String] {
        guard case .named(let names) = categories else { return found }
        for name in names where !found.contains(name) {
            throw .missingCategory(root: root, category: name, found: found)
        }
        return names
    }

    /// All images below a folder, for scoring without a job. Names are relative to the folder.
    ///
    /// - Parameter mayBeEmpty: false makes a folder without images an error.
    package static func images(
        below folder: String, followsLinks: Bool = false, mayBeEmpty: Bool = false
    ) throws(DatasetError) -> SourceCategory {
        let category = try checked(try textures(below: NamedFolder(folder, followsLinks: followsLinks)))
        if category.images.isEmpty, !mayBeEmpty { throw .noImages(folder: folder) }
        return category
    }

    /// Like `images`, without the checks for distinct result names, and possibly empty.
    ///
    /// - Parameter leavesOutLinks: true records a link that leads out in `refusedLinks`; false makes it an error.
    package static func textures(
        below folder: NamedFolder, leavesOutLinks: Bool = false
    ) throws(DatasetError) -> SourceCategory {
        var category = SourceCategory(name: folder.path, images: [], ignoredFiles: [])
        try collect(folder, prefix: "", leavesOutLinks: leavesOutLinks, into: &category) { file, path in
            let parent = file.split(separator: "/").dropLast().joined(separator: "/")
            return SourceImage(file: file, path: path, split: .test, kind: parent, isAnomalous: nil, folder: folder)
        }
        return category
    }

    /// The folders below `root` that hold a folder of training images, sorted.
    package static func categoryNames(_ root: String, _ folders: CategoryFolders = .usual) throws(DatasetError)
        -> [String]
    {
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

    private static func mvtecCategory(
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
        try pairMasks(in: folder, folders, &walk, &category)
    }

    /// Assigns masks to the anomalous images of a category, and records the unused ones.
    ///
    /// - Parameter folder: the category's folder.
    private static func pairMasks(
        in folder: String, _ folders: CategoryFolders, _ walk: inout FolderWalk, _ category: inout SourceCategory
    ) throws(DatasetError) {
        func below(_ kind: String, _ image: SourceImage) -> String {
            String(SourceImage.withoutExtension(image.file).dropFirst(folders.imagesFolder(kind).count + 1))
        }
        // The mask's file by kind, then by its name in the kind's folder without extension, such as `cam1/000_mask`.
        var files: [String: [String: String]] = [:]
        var (twins, others): ([(String, String)], [String]) = ([], [])
        func add(_ kind: String, _ name: String, _ file: String) {
            if let other = files[kind, default: [:]].updateValue(file, forKey: name) { twins.append((other, file)) }
        }
        if folders.hasMasksBesideImages {
            let isMask: (SourceImage) -> Bool = { $0.split == .test && $0.stem.hasSuffix("_mask") }
            for mask in category.images where isMask(mask) { add(mask.kind, below(mask.kind, mask), mask.file) }
            category.images.removeAll(where: isMask)
        } else if folders.masks != nil {
            for kind in try walk.folders(in: folder + "/" + folders.test) where folders.isKind(kind) {
                let inner = folders.masksFolder(kind)
                guard try FolderWalk.isFolder(folder + "/" + inner) else { continue }
                try walk.files(below: folder + "/" + inner) { name, isImage in
                    guard isImage else { return others.append(inner + "/" + name) }
                    add(kind, SourceImage.withoutExtension(name), inner + "/" + name)
                }
            }
        } else if try FolderWalk.isFolder(folder + "/" + folders.groundTruth) {
            try walk.files(below: folder + "/" + folders.groundTruth) { name, isImage in
                let file = folders.masksFolder(name)
                guard isImage else { return others.append(file) }
                let kind = String(name.prefix { $0 != "/" })
                add(kind, SourceImage.withoutExtension(String(name.dropFirst(kind.count + 1))), file)
            }
        }
        if let (first, second) = twins.first { throw .sameName(category: folder, first: first, second: second) }
        var unused = UnusedMasks()
        unused.otherFormats = others
        for (kind, masks) in files.sorted(by: { $0.key < $1.key }) {
            let images = category.images.indices.filter {
                category.images[$0].split == .test && category.images[$0].kind == kind
            }
            let names = images.map { below(kind, category.images[$0]) }
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
                continue
            }
            for (image, name) in zip(images, names) {
                let files = (pairing.masks[name].map { [$0] } ?? regions[name]?.sorted() ?? []).compactMap { masks[$0] }
                category.images[image].setMasks(files.map { SourceMask(file: $0, path: folder + "/" + $0) })
            }
        }
        (category.unusedMasks, category.masksFolder) = (unused, folders.groundTruth)
    }

    private static func checked(_ category: SourceCategory) throws(DatasetError) -> SourceCategory {
        var category = category
        category.images.sort { $0.file < $1.file }
        category.ignoredFiles.sort()
        // Results are named after test images without their extensions.
        for suffix in ["tiff", "png"] {
            var known: [String: String] = [:]
            for image in category.images where image.split == .test {
                if let other = known.updateValue(image.file, forKey: ResultName.of(image.file, suffix: suffix)) {
                    throw .sameName(category: category.name, first: other, second: image.file)
                }
            }
        }
        return category
    }

    /// - Parameter place: the path of the files within the named folder.
    private static func collect(
        _ folder: NamedFolder, _ place: String = "", prefix: String, leavesOutLinks: Bool = false,
        into category: inout SourceCategory, make: (_ file: String, _ path: String) -> SourceImage
    ) throws(DatasetError) {
        var walk = FolderWalk(folder, leavesOutLinks: leavesOutLinks)
        let path = folder.path + place
        try walk.files(below: path) { name, isImage in
            if isImage {
                category.images.append(make(prefix + name, path + "/" + name))
            } else {
                category.ignoredFiles.append(prefix + name)
            }
        }
        category.refusedLinks += walk.leftOut
        category.resultFolders += walk.resultFolders.map { prefix + $0 }
    }
}
