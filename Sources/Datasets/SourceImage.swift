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
    /// The name of the part that several images show, such as the five views of Real-IAD; nil if each image shows its
    /// own.
    package var sample: String?
    /// The regions that an annotation tool has marked, in place of a mask.
    package var regions: ImageRegions?
    /// The mask of the region of interest, if each image has its own: its path, the path relative to the folder of
    /// these masks, and that folder.
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

extension SourceImage {
    /// The contents of the file.
    ///
    /// - Throws: `StoreError` if it cannot be read, is too large, or is a link that leads out of its folder.
    package func bytes() throws -> [UInt8] {
        try AtomicFile.read(path, in: folder, limitBytes: DecodeLimits().maximumFileBytes)
    }
}
