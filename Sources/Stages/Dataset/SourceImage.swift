import Evaluation
import Folders
import Manifests

/// An image file of a data set, before anybody has looked into it.
public struct SourceImage: Sendable, Equatable {
    /// What the image is for.
    public enum Split: String, Sendable, Codable { case train, test }

    /// Relative to the category's folder, such as `test/scratch/003.png`: the image's name everywhere.
    public var file: String
    public var path: String
    public var split: Split
    /// The folder's name: `good`, or the kind of defect; for unlabelled images the path of the folder that they lie in.
    public var kind: String
    /// Nil where nobody has said.
    public var isAnomalous: Bool?
    public var maskPath: String?
    /// Relative to the category's folder; there where `maskPath` is.
    public var maskFile: String?
    /// That was named and that the files have to lie in when they are read; nil where any place will do.
    public var folder: NamedFolder?

    /// The file's name without its extension.
    public var stem: String { SourceImage.stem(of: file) }

    static func stem(of path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
        return String(name[..<dot])
    }

    /// A path without the extension of its file.
    static func withoutExtension(_ path: String) -> String { folder(of: path) + stem(of: path) }

    /// The folders of a path with a slash at the end, or nothing.
    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }
}

/// The files of one category.
public struct SourceCategory: Sendable, Equatable {
    public var name: String
    /// In the order of their names.
    public var images: [SourceImage]
    /// Files that are no images by their names, relative to the category's folder.
    public var ignoredFiles: [String]
    /// Links that were left out because they lead out of the folder.
    public var refusedLinks: [LinkFault] = []
    /// Folders of results that Nominal wrote, which are left out.
    public var resultFolders: [String] = []

    /// A sentence about folders of results, if there are any.
    public var resultNotes: [String] {
        guard let first = resultFolders.first else { return [] }
        let others = resultFolders.count == 1 ? "" : " and \(resultFolders.count - 1) more"
        return ["\(name): left out \(first)\(others): results that Nominal wrote are not read as images"]
    }
    /// Files among the masks that take no part; relative to the category's folder.
    public var unusedMasks = UnusedMasks()
    /// Where the masks lie, relative to the category's folder.
    public var masksFolder = CategoryFolders.usual.groundTruth

    /// What a user has to know of the masks, a sentence each.
    var maskWarnings: [String] { unusedMasks.warnings(folder: masksFolder + "/").map { "\(name): \($0)" } }
}
