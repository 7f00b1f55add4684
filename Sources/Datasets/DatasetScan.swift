import Folders
import Manifests

/// Finds the image files of a data set by the names of folders and files, and by lists and annotations where there are
/// any; no image is opened.
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
            guard !scanned.isEmpty else { throw .noCategories(root: root.absolute) }
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

    static func checked(_ category: SourceCategory) throws(DatasetError) -> SourceCategory {
        var category = category
        category.images.sort { $0.file < $1.file }
        category.ignoredFiles.sort()
        if let (first, second) = category.sharedResultNames().first {
            throw .sameName(category: category.name, first: first, second: second)
        }
        return category
    }

    /// - Parameter place: the path of the files within the named folder.
    static func collect(
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
