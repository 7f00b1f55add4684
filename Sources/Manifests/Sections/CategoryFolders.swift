/// `dataset.folders`: where the images of a category lie in its folder, in the layout mvtec.
public struct CategoryFolders: Sendable, Hashable {
    /// Of normal images to train on, relative to the category's folder.
    public var train: String
    /// Holds a folder of test images for each kind; "." is the category's folder.
    public var test: String
    /// Holds a folder of masks for each kind; the same as `test` where masks lie beside their images.
    public var groundTruth: String
    /// Names of kinds of test images that are normal, in any case of letters.
    public var normalKinds: [String]

    /// Those of MVTec AD.
    public static let usual = CategoryFolders(
        train: "train/good", test: "test", groundTruth: "ground_truth", normalKinds: ["good"])

    public init(train: String, test: String, groundTruth: String, normalKinds: [String]) {
        (self.train, self.test) = (train, test)
        (self.groundTruth, self.normalKinds) = (groundTruth, normalKinds)
    }

    /// - Parameter object: the section of a resolved manifest; nil where it names no folders.
    init(_ object: JSONValue?) {
        self = CategoryFolders.usual
        guard let object else { return }
        train = object.text("train")
        test = object.text("test")
        groundTruth = object.text("groundTruth")
        normalKinds = (object["normalKinds"]?.elements ?? []).compactMap(\.string)
    }

    /// What differs from the usual folders, as members of the section.
    public var changed: [(String, JSONValue)] {
        let usual = CategoryFolders.usual
        var members: [(String, JSONValue)] = []
        for (name, own, other) in [
            ("train", train, usual.train), ("test", test, usual.test), ("groundTruth", groundTruth, usual.groundTruth),
        ] where own != other { members.append((name, .string(own))) }
        if normalKinds != usual.normalKinds { members.append(("normalKinds", .array(normalKinds.map { .string($0) }))) }
        return members
    }

    public func isNormal(kind: String) -> Bool { normalKinds.contains { $0.lowercased() == kind.lowercased() } }

    /// Masks are told from images by their names then.
    public var hasMasksBesideImages: Bool { groundTruth == test }

    /// The folder of a kind of test images, relative to the category's folder.
    public func testFolder(_ kind: String) -> String { CategoryFolders.joined(test, kind) }

    /// The folder of the masks of a kind, relative to the category's folder.
    public func masksFolder(_ kind: String) -> String { CategoryFolders.joined(groundTruth, kind) }

    /// False for a folder in that of the test images which is there for training images or masks.
    public func isKind(_ name: String) -> Bool {
        let folder = testFolder(name) + "/"
        return !(train + "/").hasPrefix(folder) && !(groundTruth + "/").hasPrefix(folder)
    }

    private static func joined(_ folder: String, _ name: String) -> String {
        folder == "." ? name : folder + "/" + name
    }
}
