import Folders

/// `dataset`: the locations of the images.
public struct DatasetSection: Sendable, Equatable {
    /// The folder layout of the images.
    public enum Layout: Sendable, Equatable {
        /// `ROOT/CATEGORY/train/good`, `test/good`, `test/KIND`, `ground_truth/KIND`.
        case mvtec(root: ManifestPath, categories: Categories)
        /// One folder of normal images, and optionally one of images to score.
        case folder(normal: ManifestPath, score: ManifestPath?)
        /// A published data set with a layout of its own.
        case published(PublishedLayout, root: ManifestPath, categories: Categories)

        /// False for a folder of images, which is one category with the name of the job.
        public var hasCategories: Bool { if case .folder = self { false } else { true } }

        /// The folder of the training images in their names in results, with a slash; empty if they lie in several.
        public func trainingPrefix(_ folders: CategoryFolders) -> String {
            switch self {
            case .folder: "train/"
            case .mvtec: folders.train + "/"
            case .published: ""
            }
        }

        /// The name in the manifest.
        public var name: String {
            switch self {
            case .mvtec: "mvtec"
            case .folder: "folder"
            case .published(let layout, _, _): layout.rawValue
            }
        }
    }

    /// The layout of a published data set, which has a reader in module `Datasets`.
    public enum PublishedLayout: String, Sendable, CaseIterable {
        case visa, realIad, kolektorSdd2, aitex
    }

    /// The categories to run, in all layouts but `folder`.
    public enum Categories: Sendable, Equatable {
        case all
        case named([String])
    }

    /// The handling of unusable files.
    public enum BadImagePolicy: String, Sendable, CaseIterable {
        case fail
        case quarantine
    }

    /// The symbolic links that are followed within the folders of the manifest.
    public enum Links: String, Sendable, CaseIterable {
        /// Links to targets in the same folder.
        case inside
        /// All links.
        case follow
    }

    /// The export of an annotation tool, in the layout `folder`.
    public struct GroundTruth: Sendable, Hashable {
        public enum Format: String, Sendable, CaseIterable {
            case coco, labelme, labelStudio, cvat, voc
        }

        public var format: Format
        /// The file, or a folder of files.
        public var file: ManifestPath

        public init(format: Format, file: ManifestPath) { (self.format, self.file) = (format, file) }
    }

    /// Images that resemble each other more than those of the next part, roll or day.
    public enum Groups: String, Codable, Sendable, CaseIterable {
        case none
        /// Equal paths up to the last number of the name, if there is another number before it.
        case names
        /// One folder.
        case folders
    }

    public var layout: Layout
    /// Nil without annotations.
    public var groundTruth: GroundTruth?
    /// For the layout `mvtec`.
    public var folders: CategoryFolders
    public var links: Links
    public var onBadImage: BadImagePolicy
    /// The fraction of the normal images held out from training, 0.02 to 0.5.
    public var heldOutFraction: Double
    /// The images that are held out together.
    public var groups: Groups
    /// The fraction of the normal training images that become normal test images, 0 to 0.5.
    public var testFraction: Double

    /// See `Layout.trainingPrefix`.
    public var trainingPrefix: String { layout.trainingPrefix(folders) }

    /// - Parameters:
    ///   - object: the section of the resolved manifest.
    ///   - folder: the base of relative paths.
    public init(_ object: JSONValue, folder: String) {
        func path(_ value: JSONValue) -> ManifestPath { ManifestPath(value.string ?? "", relativeTo: folder) }
        layout =
            switch object.text("layout") {
            case "folder": .folder(normal: path(object.member("normal")), score: object["score"].map(path))
            case let name:
                if let published = PublishedLayout(rawValue: name) {
                    .published(
                        published, root: path(object.member("root")),
                        categories: Categories(object.member("categories")))
                } else {
                    .mvtec(root: path(object.member("root")), categories: Categories(object.member("categories")))
                }
            }
        groundTruth = object["groundTruth"].map {
            GroundTruth(format: $0.choice("format"), file: path($0.member("file")))
        }
        folders = CategoryFolders(object["folders"])
        links = object.choice("links")
        onBadImage = object.choice("onBadImage")
        heldOutFraction = object.decimal("heldOutFraction")
        groups = object.choice("groups")
        testFraction = object.decimal("testFraction")
    }
}

extension DatasetSection.Categories {
    fileprivate init(_ value: JSONValue) {
        self = value.elements.map { .named($0.compactMap { $0.string.map(PathText.read) }) } ?? .all
    }
}
