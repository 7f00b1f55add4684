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
