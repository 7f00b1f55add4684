import Folders

/// `dataset`: where the images are.
public struct DatasetSection: Sendable, Equatable {
    /// How the images lie in folders.
    public enum Layout: Sendable, Equatable {
        /// `ROOT/CATEGORY/train/good`, `test/good`, `test/KIND`, `ground_truth/KIND`.
        case mvtec(root: ManifestPath, categories: Categories)
        /// One folder of normal images, and perhaps one of images to score.
        case folder(normal: ManifestPath, score: ManifestPath?)
    }

    /// The categories of the layout mvtec to run.
    public enum Categories: Sendable, Equatable {
        case all
        case named([String])
    }

    /// What to do with a file that cannot be used.
    public enum BadImagePolicy: String, Sendable, CaseIterable {
        case fail
        case quarantine
    }

    /// Which symbolic links in the folders that a manifest names are followed.
    public enum Links: String, Sendable, CaseIterable {
        /// Those that lead to files in the same folder.
        case inside
        case follow
    }

    public var layout: Layout
    /// For the layout mvtec.
    public var folders: CategoryFolders
    public var links: Links
    public var onBadImage: BadImagePolicy
    /// Share of the normal training images kept out of training, 0.02 to 0.5.
    public var heldOutFraction: Double

    /// - Parameters:
    ///   - object: the section of a resolved manifest.
    ///   - folder: the folder that relative paths start from.
    public init(_ object: JSONValue, folder: String) {
        func path(_ value: JSONValue) -> ManifestPath { ManifestPath(value.string ?? "", relativeTo: folder) }
        layout =
            switch object.text("layout") {
            case "folder": .folder(normal: path(object.member("normal")), score: object["score"].map(path))
            default: .mvtec(root: path(object.member("root")), categories: Categories(object.member("categories")))
            }
        folders = CategoryFolders(object["folders"])
        links = object.choice("links")
        onBadImage = object.choice("onBadImage")
        heldOutFraction = object.decimal("heldOutFraction")
    }
}

extension DatasetSection.Categories {
    fileprivate init(_ value: JSONValue) {
        self = value.elements.map { .named($0.compactMap { $0.string.map(PathText.read) }) } ?? .all
    }
}
