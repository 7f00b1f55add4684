import Folders
import Manifests

/// The masks of the region of interest in a folder, one for each image.
package struct RegionMasks {
    private let folder: NamedFolder
    /// The path below the folder that holds the masks of a category, with a slash at the end; empty without one.
    private let place: String
    /// Files by their name without extension, relative to `place`.
    private var files: [String: String] = [:]

    /// Finds the masks by their names; no file is opened.
    ///
    /// - Parameter category: the subfolder of the category's masks; nil if the folder itself holds them.
    /// - Throws: `DatasetError.missingFolder`, `DatasetError.sameName`, and others of a folder that cannot be read.
    package init(_ folder: NamedFolder, category: String? = nil) throws(DatasetError) {
        (self.folder, place) = (folder, category.map { $0 + "/" } ?? "")
        let path = folder.path + (category.map { "/" + $0 } ?? "")
        guard try FolderWalk.isFolder(path) else {
            throw .missingFolder(path: path, what: "the masks of regions of interest")
        }
        var walk = FolderWalk(folder), twins: (String, String)?
        var found: [String: String] = [:]
        try walk.files(below: path) { name, isImage in
            guard isImage, let other = found.updateValue(name, forKey: SourceImage.withoutExtension(name)) else {
                return
            }
            twins = twins ?? (other, name)
        }
        if let (first, second) = twins { throw .sameName(category: path, first: first, second: second) }
        files = found
    }

    /// Gives each image its mask.
    ///
    /// - Throws: `DatasetError.missingRegions` if an image has none.
    package func assign(to images: inout [SourceImage]) throws(DatasetError) {
        var missing: [String] = []
        for number in images.indices {
            guard let file = files[SourceImage.withoutExtension(images[number].file)] else {
                missing.append(images[number].file)
                continue
            }
            images[number].regionFile = place + file
            images[number].regionPath = folder.path + "/" + place + file
            images[number].regionFolder = folder
        }
        if !missing.isEmpty { throw .missingRegions(folder: folder.path + "/" + place, images: missing) }
    }
}

extension JobManifest {
    /// The folder of masks of the region of interest, one for each image; nil without such a region.
    package var regionMasks: NamedFolder? {
        if case .masks(let path) = image.region { folder(path) } else { nil }
    }

    /// The file of the mask that is the region of interest of all images, and the folder that must contain it; nil
    /// without such a region.
    package var regionMask: (path: String, name: String, folder: NamedFolder)? {
        guard case .mask(let path) = image.region else { return nil }
        return (path.absolute, path.name, folder(ManifestPath("..", relativeTo: path.absolute)))
    }

    /// Gives the images of a category the masks of their regions of interest, if each has its own.
    package func assignRegions(to category: inout SourceCategory) throws(DatasetError) {
        guard let regionMasks else { return }
        var subfolder: String?
        if case .mvtec = dataset.layout { subfolder = category.name }
        try RegionMasks(regionMasks, category: subfolder).assign(to: &category.images)
    }
}
