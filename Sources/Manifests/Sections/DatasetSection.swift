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

/// `dataset.folders`: the folders within a category, in the layout `mvtec`.
public struct CategoryFolders: Sendable, Hashable {
    /// The folder of normal training images, relative to the category's folder.
    public var train: String
    /// The folder with one folder of test images per kind; "." is the category's folder.
    public var test: String
    /// The folder with one folder of masks per kind; equal to `test` if masks are beside their images.
    public var groundTruth: String
    /// The kinds of test images that are normal; case-insensitive.
    public var normalKinds: [String]
    /// The folder of the images within the folder of each kind, such as `rgb`; nil for the folder of the kind.
    public var images: String?
    /// The folder of the masks within the folder of each kind, such as `gt`, in place of `groundTruth`; nil if absent.
    public var masks: String?
    /// Folders of unlabelled test images.
    public var unlabelled: [String] = []

    /// The folders of MVTec AD.
    public static let usual = CategoryFolders(
        train: "train/good", test: "test", groundTruth: "ground_truth", normalKinds: ["good"])

    public init(train: String, test: String, groundTruth: String, normalKinds: [String]) {
        (self.train, self.test) = (train, test)
        (self.groundTruth, self.normalKinds) = (groundTruth, normalKinds)
    }

    /// - Parameter object: the section of the resolved manifest, if it has one.
    init(_ object: JSONValue?) {
        self = CategoryFolders.usual
        guard let object else { return }
        train = object.text("train")
        test = object.text("test")
        groundTruth = object.text("groundTruth")
        normalKinds = (object["normalKinds"]?.elements ?? []).compactMap(\.string)
        (images, masks) = (object["images"]?.string, object["masks"]?.string)
        unlabelled = (object["unlabelled"]?.elements ?? []).compactMap(\.string)
    }

    /// The members of the section that differ from the usual folders.
    public var changed: [(String, JSONValue)] {
        let usual = CategoryFolders.usual
        var members: [(String, JSONValue)] = []
        for (name, own, other) in [
            ("train", train, usual.train), ("test", test, usual.test), ("images", images, usual.images),
            ("groundTruth", groundTruth, usual.groundTruth), ("masks", masks, usual.masks),
        ] where own != other { members.append((name, .string(own ?? ""))) }
        for (name, own, other) in [
            ("normalKinds", normalKinds, usual.normalKinds), ("unlabelled", unlabelled, usual.unlabelled),
        ] where own != other { members.append((name, .array(own.map { .string($0) }))) }
        return members
    }

    public func isNormal(kind: String) -> Bool { normalKinds.contains { $0.lowercased() == kind.lowercased() } }

    /// True if masks are distinguished from images by their names.
    public var hasMasksBesideImages: Bool { groundTruth == test && masks == nil }

    /// The folder of a kind of test images, relative to the category's folder.
    public func testFolder(_ kind: String) -> String { CategoryFolders.joined(test, kind) }

    /// The folder of the test images of a kind, relative to the category's folder.
    public func imagesFolder(_ kind: String) -> String { testFolder(kind) + (images.map { "/" + $0 } ?? "") }

    /// The folder of the masks of a kind, relative to the category's folder.
    public func masksFolder(_ kind: String) -> String {
        masks.map { testFolder(kind) + "/" + $0 } ?? CategoryFolders.joined(groundTruth, kind)
    }

    /// False if the folder in `test` contains training images, masks or unlabelled images.
    public func isKind(_ name: String) -> Bool {
        let folder = testFolder(name) + "/"
        return ([train, groundTruth] + unlabelled).allSatisfy { !($0 + "/").hasPrefix(folder) }
    }

    private static func joined(_ folder: String, _ name: String) -> String {
        folder == "." ? name : folder + "/" + name
    }
}
