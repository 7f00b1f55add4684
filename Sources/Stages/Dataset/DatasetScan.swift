import Foundation
import Imaging
import Manifests

/// Finds the image files of a data set by the names of folders, without opening any of them.
public enum DatasetScan {
    /// - Returns: the categories in the order of the manifest, or by name where it asks for all.
    public static func scan(_ layout: DatasetSection.Layout, jobName: String) throws(DatasetError) -> [SourceCategory] {
        switch layout {
        case .mvtec(let root, let categories):
            let found = try categoryNames(root.absolute)
            let names: [String]
            switch categories {
            case .all: names = found
            case .named(let wanted):
                names = wanted
                for name in wanted where !found.contains(name) {
                    throw .missingCategory(root: root.absolute, category: name, found: found)
                }
            }
            guard !names.isEmpty else { throw .noCategories(root: root.absolute) }
            var scanned: [SourceCategory] = []
            for name in names { scanned.append(try mvtecCategory(root.absolute + "/" + name, name: name)) }
            return scanned
        case .folder(let normal, let score):
            var category = SourceCategory(name: jobName, images: [], ignoredFiles: [])
            try collect(normal.absolute, prefix: "train/", into: &category) { file, path in
                SourceImage(file: file, path: path, split: .train, kind: "good", isAnomalous: false)
            }
            if category.images.isEmpty { throw .noNormalImages(category: jobName, folder: normal.absolute) }
            if let score {
                if (score.absolute + "/").hasPrefix(normal.absolute + "/") {
                    throw .overlap(normal: normal.absolute, score: score.absolute)
                }
                try collect(score.absolute, prefix: "test/", into: &category) { file, path in
                    let folder = file.split(separator: "/").dropFirst().dropLast().joined(separator: "/")
                    return SourceImage(file: file, path: path, split: .test, kind: folder, isAnomalous: nil)
                }
            }
            return [try checked(category)]
        }
    }

    /// All images below a folder, for scoring outside of a job. Names are relative to the folder.
    public static func images(below folder: String) throws(DatasetError) -> SourceCategory {
        let category = try checked(try textures(below: folder))
        if category.images.isEmpty { throw .noImages(folder: folder) }
        return category
    }

    /// As `images`, for material of which nothing is made by name.
    static func textures(below folder: String) throws(DatasetError) -> SourceCategory {
        var category = SourceCategory(name: folder, images: [], ignoredFiles: [])
        try collect(folder, prefix: "", into: &category) { file, path in
            let parent = file.split(separator: "/").dropLast().joined(separator: "/")
            return SourceImage(file: file, path: path, split: .test, kind: parent, isAnomalous: nil)
        }
        return category
    }

    /// Folders below `root` that hold `train/good`, by name.
    public static func categoryNames(_ root: String) throws(DatasetError) -> [String] {
        guard isFolder(root) else { throw .missingFolder(path: root, what: "a data set in the MVTec layout") }
        return try entries(root).filter { isFolder(root + "/" + $0 + "/train/good") }
    }

    private static func mvtecCategory(_ folder: String, name: String) throws(DatasetError) -> SourceCategory {
        var category = SourceCategory(name: name, images: [], ignoredFiles: [])
        try collect(folder + "/train/good", prefix: "train/good/", into: &category) { file, path in
            SourceImage(file: file, path: path, split: .train, kind: "good", isAnomalous: false)
        }
        if category.images.isEmpty { throw .noNormalImages(category: name, folder: folder + "/train/good") }
        try collectTest(folder, into: &category)
        return try checked(category)
    }

    /// Labelled images in `test/KIND` of a folder, with masks in `ground_truth/KIND`.
    static func labelled(below folder: String) throws(DatasetError) -> SourceCategory {
        var category = SourceCategory(name: folder, images: [], ignoredFiles: [])
        guard isFolder(folder + "/test") else {
            throw .missingFolder(path: folder + "/test", what: "a folder of labelled images")
        }
        try collectTest(folder, into: &category)
        if category.images.isEmpty { throw .noImages(folder: folder + "/test") }
        return try checked(category)
    }

    private static func collectTest(_ folder: String, into category: inout SourceCategory) throws(DatasetError) {
        guard isFolder(folder + "/test") else { return }
        for kind in try entries(folder + "/test") where isFolder(folder + "/test/" + kind) {
            let masks = try maskFiles(folder + "/ground_truth/" + kind)
            try collect(folder + "/test/" + kind, prefix: "test/\(kind)/", into: &category) { file, path in
                let stem = SourceImage.stem(of: file)
                return SourceImage(
                    file: file, path: path, split: .test, kind: kind, isAnomalous: kind != "good",
                    maskPath: masks[stem + "_mask"] ?? masks[stem])
            }
        }
    }

    /// Stem to path of the readable files in a folder of masks; nothing where there is no such folder.
    private static func maskFiles(_ folder: String) throws(DatasetError) -> [String: String] {
        guard isFolder(folder) else { return [:] }
        var masks: [String: String] = [:]
        for name in try entries(folder) where isImage(name) {
            if let other = masks.updateValue(folder + "/" + name, forKey: SourceImage.stem(of: name)) {
                throw .sameName(category: folder, first: other, second: name)
            }
        }
        return masks
    }

    private static func checked(_ category: SourceCategory) throws(DatasetError) -> SourceCategory {
        var category = category
        category.images.sort { $0.file < $1.file }
        category.ignoredFiles.sort()
        var known: [String: String] = [:]
        for image in category.images {
            let place = SourceImage.folder(of: image.file) + image.stem
            if let other = known.updateValue(image.file, forKey: place) {
                throw .sameName(category: category.name, first: other, second: image.file)
            }
        }
        return category
    }

    // MARK: Folders

    private static func collect(
        _ folder: String, prefix: String, into category: inout SourceCategory,
        make: (_ file: String, _ path: String) -> SourceImage
    ) throws(DatasetError) {
        guard isFolder(folder) else { throw .missingFolder(path: folder, what: "a folder of images") }
        for name in try entries(folder) {
            let path = folder + "/" + name
            if isFolder(path) {
                try collect(path, prefix: prefix + name + "/", into: &category, make: make)
            } else if isImage(name) {
                category.images.append(make(prefix + name, path))
            } else {
                category.ignoredFiles.append(prefix + name)
            }
        }
    }

    private static func isImage(_ name: String) -> Bool {
        guard let dot = name.lastIndex(of: ".") else { return false }
        return ImageDecoder.readableExtensions.contains(name[name.index(after: dot)...].lowercased())
    }

    /// Names in a folder without hidden ones, sorted.
    private static func entries(_ folder: String) throws(DatasetError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }.sorted()
        } catch {
            throw .unreadableFolder(path: folder, reason: (error as NSError).localizedDescription)
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }
}
