import ContentStore
import Evaluation
import Folders
import Imaging
import Manifests

/// An image file of a data set, known by its name only.
package struct SourceImage: Sendable, Equatable {
    package enum Split: String, Sendable, Codable { case train, test }

    /// The image's name in all results: its path relative to the category's folder, such as `test/scratch/003.png`.
    package var file: String
    package var path: String
    package var split: Split
    /// The folder's name: `good`, or the kind of defect; for unlabelled images, the path of their folder.
    package var kind: String
    /// Nil for an unlabelled image.
    package var isAnomalous: Bool?
    package var maskPath: String?
    /// The path of the mask relative to the category's folder; nil where `maskPath` is.
    package var maskFile: String?
    /// Masks of further regions of the image, if each region has a file of its own.
    package var furtherMasks: [SourceMask] = []
    /// The saturation thresholds of the regions, for sPRO; nil if the data set defines none.
    package var saturations: [RegionSaturation]?
    /// The name of the part that several images show, such as the five views of Real-IAD; nil if each image shows its own.
    package var sample: String?
    /// The regions that an annotation tool has marked, in place of a mask.
    package var regions: ImageRegions?
    /// The mask of the region of interest, if each image has its own: its path, the path relative to the folder of these
    /// masks, and that folder.
    package var regionPath, regionFile: String?
    package var regionFolder: NamedFolder?
    /// The folder that must contain the file when it is read; nil allows any location.
    package var folder: NamedFolder?

    package init(
        file: String, path: String, split: Split, kind: String, isAnomalous: Bool?, maskPath: String? = nil,
        maskFile: String? = nil, folder: NamedFolder? = nil
    ) {
        (self.file, self.path, self.split, self.kind) = (file, path, split, kind)
        (self.isAnomalous, self.maskPath, self.maskFile, self.folder) = (isAnomalous, maskPath, maskFile, folder)
    }

    /// All masks of the image.
    package var masks: [SourceMask] {
        guard let maskFile, let maskPath else { return [] }
        return [SourceMask(file: maskFile, path: maskPath)] + furtherMasks
    }

    /// Sets the masks, the first of which is the main one.
    mutating func setMasks(_ masks: [SourceMask]) {
        (maskFile, maskPath) = (masks.first?.file, masks.first?.path)
        furtherMasks = Array(masks.dropFirst())
    }

    /// The file's name without its extension.
    package var stem: String { SourceImage.stem(of: file) }

    package static func stem(of path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
        return String(name[..<dot])
    }

    /// A path without the extension of its file.
    static func withoutExtension(_ path: String) -> String { folder(of: path) + stem(of: path) }

    /// The folders of a path, with a trailing slash; empty for a bare name.
    package static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }
}

/// A mask of a data set, known by its name only.
package struct SourceMask: Sendable, Equatable {
    /// The path relative to the category's folder.
    package var file: String
    package var path: String

    package init(file: String, path: String) { (self.file, self.path) = (file, path) }
}

/// The files of one category.
package struct SourceCategory: Sendable, Equatable {
    package var name: String
    /// Sorted by name.
    package var images: [SourceImage]
    /// Files without an image extension, relative to the category's folder.
    package var ignoredFiles: [String]
    /// Skipped links that lead out of the folder.
    package var refusedLinks: [LinkFault] = []
    /// Skipped folders of results that Nominal wrote.
    package var resultFolders: [String] = []
    /// Mask files that are not used, relative to the category's folder.
    var unusedMasks = UnusedMasks()
    /// Sentences about annotations that are not used, and about images without annotations.
    package var annotationNotes: [String] = []
    /// The folder of the masks, relative to the category's folder.
    var masksFolder = CategoryFolders.usual.groundTruth

    /// A sentence about skipped folders of results, if there are any.
    package var resultNotes: [String] {
        guard let first = resultFolders.first else { return [] }
        let others = resultFolders.count == 1 ? "" : " and \(resultFolders.count - 1) more"
        return ["\(name): skipped \(first)\(others): results that Nominal wrote are not read as images"]
    }

    /// Warnings about unused masks and annotations, a sentence each.
    package var maskWarnings: [String] {
        (unusedMasks.warnings(folder: masksFolder + "/") + annotationNotes).map { "\(name): \($0)" }
    }
}

/// The name of a file that is derived from an image: the image's name with another extension.
package enum ResultName {
    /// The maximum length of a file name on Linux file systems.
    private static let limitBytes = 255

    /// Returns the relative path of a result, such as `test/scratch/003.tiff`.
    ///
    /// A name over the limit is truncated at a character boundary and ends in "~" and the first 16 digits of the SHA-256
    /// of the image's name without its extension: images with different names keep different results.
    ///
    /// - Parameters:
    ///   - file: the image's name within its category.
    ///   - suffix: the new extension, without a dot.
    package static func of(_ file: String, suffix: String) -> String {
        let stem = SourceImage.stem(of: file), ending = "." + suffix
        // Escaping only lengthens a name, so a short text means a short name.
        if stem.utf8.count + ending.utf8.count <= limitBytes { return SourceImage.folder(of: file) + stem + ending }
        let bytes = PathText.bytes(of: stem)
        guard bytes.count + ending.utf8.count > limitBytes else { return SourceImage.folder(of: file) + stem + ending }
        let mark = "~" + Digest.of(bytes).hex.prefix(16)
        var end = limitBytes - ending.utf8.count - mark.utf8.count
        let earliest = end - 3
        // Step back over UTF-8 continuation bytes.
        while end > earliest, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return SourceImage.folder(of: file) + PathText.text(of: bytes[..<end]) + mark + ending
    }
}
