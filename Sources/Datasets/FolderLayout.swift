import Folders
import Manifests
import Wording

/// The layout of a folder of images, inferred from names: categories in the MVTec layout, or a plain folder of normal
/// images. Images in a folder whose name says defects, test images or masks are never taken as normal.
package struct FolderLayout {
    package enum Dataset: Sendable {
        case mvtec(root: ManifestPath, categories: [String]?, folders: CategoryFolders)
        case folder(normal: ManifestPath, score: ManifestPath?)
        case published(DatasetSection.PublishedLayout, root: ManifestPath)

        /// See `DatasetSection.Layout.trainingPrefix`.
        package var trainingPrefix: String {
            let (layout, folders): (DatasetSection.Layout, CategoryFolders) =
                switch self {
                case .mvtec(let root, _, let folders): (.mvtec(root: root, categories: .all), folders)
                case .folder(let normal, let score): (.folder(normal: normal, score: score), .usual)
                case .published(let layout, let root): (.published(layout, root: root, categories: .all), .usual)
                }
            return layout.trainingPrefix(folders)
        }

        /// The path of an image for the user: its name in a plain folder begins with "train/" or "test/", which no
        /// folder has.
        package func shown(_ file: String) -> String {
            guard case .folder(let normal, let score) = self, let slash = file.firstIndex(of: "/") else { return file }
            return (file.hasPrefix("train/") ? normal : score ?? normal).name + file[slash...]
        }
    }

    package let dataset: Dataset
    package let categories: [SourceCategory]
    /// Sentences for the user; the first one names the layout.
    package let findings: [String]
    /// True for a published data set.
    package var isPublished = false

    /// - Parameters:
    ///   - score: unlabelled images, for a plain folder.
    ///   - normal: the subfolder, or ".", that the user declares to hold normal images, whatever its name.
    package init(
        _ path: ManifestPath, score: ManifestPath?, normal: String?, jobName: String, followsLinks: Bool
    ) throws {
        try FolderWalk.requireFolder(path.absolute)
        if let marked = ResultsMarker.folder(holding: path.absolute) {
            throw DatasetError.results(folder: path.absolute, marked: marked)
        }
        func plain(_ normal: ManifestPath, _ score: ManifestPath?) throws -> (Dataset, [SourceCategory]) {
            (
                .folder(normal: normal, score: score),
                try DatasetScan.scan(
                    .folder(normal: normal, score: score), jobName: jobName, followsLinks: followsLinks)
            )
        }
        if let normal {
            let folder = ManifestPath(normal, relativeTo: path.absolute)
            (dataset, categories) = try plain(folder, score)
            findings = ["normal images as named: \(folder.absolute)"]
            return
        }
        if score == nil, let published = try DatasetSection.PublishedLayout.found(in: path.absolute) {
            dataset = .published(published, root: path)
            categories = try DatasetScan.scan(
                .published(published, root: path, categories: .all), jobName: jobName, followsLinks: followsLinks)
            findings = ["\(published.title), as published"]
            isPublished = true
            return
        }
        try FolderLayout.requireNormal(path, holdsOthers: true)
        let shapes = try score == nil ? FolderLayout.shapes(of: path) : [:]
        guard let first = shapes.sorted(by: { $0.key < $1.key }).first else {
            try FolderLayout.requireNormal(path, holdsOthers: false)
            (dataset, categories) = try plain(path, score)
            try FolderLayout.requireNormal(categories, in: path)
            findings = ["a plain folder of normal images"] + FolderLayout.subfolders(of: categories, in: path)
            return
        }
        let isOne = first.key.isEmpty
        if isOne, let score = first.value.score {
            let folder = ManifestPath(first.value.folders.train, relativeTo: path.absolute)
            (dataset, categories) = try plain(folder, ManifestPath(score, relativeTo: path.absolute))
            findings =
                ["normal images in \(first.value.folders.train), and unlabelled ones in \(score)"] + first.value.notes
            return
        }
        let folders = try FolderLayout.common(shapes, in: path)
        let root = isOne ? ManifestPath("..", relativeTo: path.absolute) : path
        let names = isOne ? [path.name] : shapes.keys.sorted()
        categories = try DatasetScan.scan(
            .mvtec(root: root, categories: .named(names)), jobName: path.name, folders: folders,
            followsLinks: followsLinks)
        let all = isOne ? nil : try DatasetScan.categoryNames(path.absolute, folders)
        dataset = .mvtec(root: root, categories: all == names ? nil : names, folders: folders)
        let usual = folders == .usual ? "" : ", with folders of other names"
        var findings = [
            "MVTec layout, \(isOne ? "one category" : counted(names.count, "category", "categories"))\(usual)"
        ]
        if let title = try KnownFolders.title(root: root.absolute, names, folders) {
            findings.append("the folders are those of \(title)")
            isPublished = true
        }
        for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
            findings += shape.notes.map { isOne ? $0 : "\(name): \($0)" }
            if let score = shape.score {
                findings.append("\(name): skipped the images in \(score), which has no folders of kinds")
            }
        }
        self.findings = findings
    }

    /// The categories by name. The name "" means that the folder itself is one; a plain folder has none.
    private static func shapes(of path: ManifestPath) throws(DatasetError) -> [String: CategoryShape] {
        for needsTrainFolder in [true, false] {
            if let own = try CategoryShape(of: path.absolute, needsTrainFolder: needsTrainFolder) {
                // Normal images only: a plain folder.
                return own.hasOthers || needsTrainFolder ? ["": own] : [:]
            }
            var found: [String: CategoryShape] = [:]
            // A test set with good and bad images looks like a category.
            for name in try CategoryShape.folders(in: path.absolute)
            where needsTrainFolder || !FolderRole(name).isNotForTraining {
                found[name] = try CategoryShape(
                    of: path.absolute + "/" + name, needsTrainFolder: needsTrainFolder)
            }
            if !found.isEmpty { return found }
        }
        return [:]
    }

    /// The folder names that all categories share.
    private static func common(_ shapes: [String: CategoryShape], in path: ManifestPath) throws -> CategoryFolders {
        let ordered = shapes.sorted { $0.key < $1.key }
        // A category with training images only says nothing about the other names.
        var folders = (ordered.first { $0.value.hasOthers } ?? ordered[0]).value.folders
        let different = ordered.first {
            let other = $0.value.folders
            guard $0.value.hasOthers else { return other.train != folders.train }
            return (other.train, other.test, other.groundTruth) != (folders.train, folders.test, folders.groundTruth)
                || (other.images, other.masks) != (folders.images, folders.masks)
        }
        if let different {
            throw DatasetError.unclear(
                folder: path.absolute,
                fault:
                    "the folders in \(ordered[0].key) and \(different.key) have different names, and one manifest has one set "
                    + "of names",
                readings: ordered.prefix(2).map { "nominal init \(path.absolute)/\($0.key)" })
        }
        let normal = Set(ordered.flatMap(\.value.folders.normalKinds)).sorted()
        // The usual name covers all its spellings.
        folders.normalKinds =
            normal.allSatisfy(CategoryFolders.usual.isNormal(kind:)) ? CategoryFolders.usual.normalKinds : normal
        folders.unlabelled = Set(ordered.flatMap(\.value.folders.unlabelled)).sorted()
        return folders
    }

    /// Rejects a folder whose own name, or that of a sibling, says that its images are not normal.
    ///
    /// - Parameter holdsOthers: true if the folder may hold folders of normal images. Its name may then say defects, as
    ///   names of data sets do, but not test images or masks.
    private static func requireNormal(_ path: ManifestPath, holdsOthers: Bool) throws(DatasetError) {
        // A data set may have any name.
        if holdsOthers, hasTrainFolder(path.absolute) || holdsCategories(path.absolute) { return }
        let role = FolderRole(path.name)
        let parent = ManifestPath("..", relativeTo: path.absolute)
        let isInDataset =
            FolderRole(parent.name).isNotForTraining
            && hasTrainFolder(ManifestPath("..", relativeTo: parent.absolute).absolute)
        let isOther = role == .test || role == .masks
        guard isOther || isInDataset || (!holdsOthers && !role.isDisjoint(with: [.defects, .masks])) else { return }
        let what =
            role.contains(.masks)
            ? "masks" : role.contains(.defects) ? "defects" : "test images"
        throw .unclear(
            folder: path.absolute,
            fault: isInDataset
                ? "the folder lies in \(parent.name), beside a folder of images to train on"
                : "by its name, the folder is one of \(what), and a job learns from normal images alone",
            readings: [
                "nominal init \(parent.absolute)   looks at the folder above it, with what lies beside",
                "nominal init \(path.absolute) --normal .   learns from these images whatever the name says",
            ])
    }

    /// True if a subfolder has a folder of training images.
    private static func holdsCategories(_ path: String) -> Bool {
        ((try? FolderWalk.entries(path)) ?? []).contains { hasTrainFolder(path + "/" + $0) }
    }

    private static func hasTrainFolder(_ path: String) -> Bool {
        ((try? FolderWalk.entries(path)) ?? []).contains {
            FolderRole($0).contains(.train) && (try? FolderWalk.isFolder(path + "/" + $0)) == true
        }
    }

    /// The path of an image's folder up to the first one whose name says normal images; nil if absent.
    private static func normalFolder(_ image: SourceImage) -> String? {
        let folders = image.file.split(separator: "/").dropFirst().dropLast().map(String.init)
        guard let end = folders.firstIndex(where: { FolderRole($0).contains(.normal) }),
            !folders[...end].contains(where: { FolderRole($0).isNotForTraining })
        else { return nil }
        return folders[...end].joined(separator: "/")
    }

    /// Rejects a plain folder with subfolders or files whose names say that they are not normal images.
    private static func requireNormal(_ categories: [SourceCategory], in path: ManifestPath) throws(DatasetError) {
        let images = categories.flatMap(\.images).filter { $0.split == .train }
        let stems = Dictionary(grouping: images) { SourceImage.folder(of: $0.file) }.mapValues { Set($0.map(\.stem)) }
        // Where all names say it, it is a word of the product: "cut_001", "hole_plate_7". The folder's name prevails.
        let defective =
            FolderRole(path.name).contains(.normal)
            ? [] : images.filter { FolderRole(stem: $0.stem).contains(.defects) }.map(\.file)
        let odd = defective.count < images.count ? Set(defective) : []
        for image in images {
            let inner = image.file.split(separator: "/").dropFirst().map(String.init)
            let file = inner.joined(separator: "/")
            let fault: String
            if let folder = inner.dropLast().first(where: { FolderRole($0).isNotForTraining }) {
                fault = "by its name, \(folder) is not a folder of normal images"
            } else if FolderRole.isMask(image.stem, among: stems[SourceImage.folder(of: image.file)] ?? []) {
                fault = "by its name, \(file) is a mask and not an image"
            } else if odd.contains(image.file) {
                fault =
                    odd.count == 1
                    ? "by its name, \(file) is not a normal image"
                    : "by their names, \(file) and \(counted(odd.count - 1, "other image")) are not normal"
            } else {
                continue
            }
            let normal = categories.lazy.flatMap(\.images).compactMap(normalFolder).first
            throw .unclear(
                folder: path.absolute, fault: fault,
                readings: [
                    normal.map {
                        "nominal init \(path.absolute) --normal \($0)   learns from this folder in it alone"
                    } ?? "move the normal images to a folder of their own, and give that one",
                    "nominal init \(path.absolute) --normal .   learns from all images in it",
                ])
        }
    }

    /// A line on a plain folder whose images lie in several subfolders, which may be several products.
    private static func subfolders(of categories: [SourceCategory], in path: ManifestPath) -> [String] {
        let folders = categories.flatMap(\.images).filter { $0.split == .train }.map { image in
            image.file.split(separator: "/").dropFirst().dropLast().first.map(String.init) ?? "."
        }
        let counts = Dictionary(folders.map { ($0, 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
        guard counts.count > 1 else { return [] }
        return [
            "one model for all of \(counts.map { "\($0.key) (\($0.value))" }.listed(atMost: 8)); for a model of one of them: nominal init "
                + path.absolute + "/FOLDER"
        ]
    }
}
