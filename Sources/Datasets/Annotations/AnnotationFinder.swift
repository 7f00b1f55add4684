import Manifests

/// Finds files of annotation tools by their contents.
package enum AnnotationFinder {
    /// The number of files that are looked at in a folder.
    private static let seenFiles = 5

    /// The format of a file, or of the first file in a folder.
    ///
    /// - Throws: `DatasetError.missingAnnotations`, and `DatasetError.annotations` for another kind of file.
    package static func groundTruth(_ path: ManifestPath) throws(DatasetError) -> DatasetSection.GroundTruth {
        let isFolder = try FolderWalk.isFolder(path.absolute)
        let files = isFolder ? try candidates(in: path.absolute) : [path.absolute]
        for file in files {
            if let format = try AnnotationSet.format(of: file) { return .init(format: format, file: path) }
        }
        throw .annotations(
            file: path.absolute, fault: "no annotations of COCO, LabelMe, Label Studio, CVAT or Pascal VOC",
            remedy: "export them from the tool in one of these formats")
    }

    /// Annotations in a folder of images, beside it, and in a folder `annotations` beside it or in it.
    package static func near(_ folder: ManifestPath) -> [DatasetSection.GroundTruth] {
        var found: [DatasetSection.GroundTruth] = []
        for place in [".", "annotations", "..", "../annotations"] {
            let path = ManifestPath(place, relativeTo: folder.absolute)
            for file in (try? candidates(in: path.absolute)) ?? [] {
                guard let format = try? AnnotationSet.format(of: file) else { continue }
                let isOnePerImage = format == .labelme || format == .voc
                let named = isOnePerImage ? path : ManifestPath(file, relativeTo: path.absolute)
                let truth = DatasetSection.GroundTruth(format: format, file: named)
                if !found.contains(truth) { found.append(truth) }
            }
        }
        return found
    }

    private static func candidates(in folder: String) throws(DatasetError) -> [String] {
        guard try FolderWalk.isFolder(folder) else { return [] }
        let names = try FolderWalk.entries(folder).filter { name in
            [".json", ".xml"].contains { name.lowercased().hasSuffix($0) }
        }
        return names.prefix(seenFiles).map { folder + "/" + $0 }
    }
}
