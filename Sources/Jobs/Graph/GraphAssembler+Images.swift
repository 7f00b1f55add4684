import AnomalyDetection
import ContentStore
import Datasets
import Imaging
import Manifests
import Pipeline
import Stages

extension GraphAssembler {
    /// Adds tasks that decode images. Image names determine the task that decodes each image.
    ///
    /// - Parameters:
    ///   - prefix: the prefix of the tasks' names, which a label follows.
    ///   - region: the mask that is the region of interest of all images; nil for another region.
    /// - Returns: the tasks with their labels.
    package mutating func addIngest(
        _ prefix: String, _ sources: [LocatedSource], _ view: ImageView, _ manifest: JobManifest,
        _ onBadImage: IngestStage.BadImagePolicy, region: TaskInput?, isIntermediate: Bool
    ) -> [(label: String, task: TaskID)] {
        ContentDefinedChunks.split(sources, size: manifest.scoring.shardSize, name: \.source.file).map { chunk in
            let task = add(
                prefix + chunk.label,
                IngestStage(chunk.elements.map(\.source), view, onBadImage: onBadImage),
                inputs: [region].compactMap(\.self), sources: chunk.elements.locations, isIntermediate: isIntermediate)
            return (chunk.label, task)
        }
    }

    /// Adds the task that reads the mask of the region of interest of all images from the file of a manifest.
    ///
    /// - Returns: nil if the manifest has no such region.
    package mutating func addRegion(
        _ prefix: String, _ manifest: JobManifest, _ digestOf: [String: Digest]
    ) throws(DatasetError) -> TaskInput? {
        guard let file = manifest.regionMask else { return nil }
        guard let digest = digestOf[file.path] else { throw .unplanned(file: file.path) }
        let task = add(
            prefix + "region", RegionStage(mask: IngestStage.Source.Mask(file: file.name, digest: digest)),
            sources: [RegionStage.locationName: FileLocation(path: file.path, folder: file.folder)],
            isIntermediate: true)
        return TaskInput("region", task, "region.png")
    }

    /// Adds the task that reads the mask of the region of interest of all images from a model.
    ///
    /// - Returns: nil if the model has no such region.
    package mutating func addRegion(_ prefix: String, of model: Model, _ input: TaskInput) -> TaskInput? {
        guard model.region?.kind == .mask else { return nil }
        let task = add(prefix + "region", RegionStage(), inputs: [input], isIntermediate: true)
        return TaskInput("region", task, "region.png")
    }

    /// Adds the task that decodes foreign textures.
    package mutating func addTextures(_ files: [SourceImage], _ digestOf: [String: Digest]) throws(DatasetError)
        -> TaskID
    {
        var sources: [LocatedSource] = []
        for file in files { sources.append(try LocatedSource(file, digestOf)) }
        let textures = sources.map { TextureStage.Texture(file: $0.source.file, digest: $0.source.digest) }
        return add(
            "textures", TextureStage(files: textures), sources: sources.locations, isIntermediate: true)
    }
}

/// The settings by which a model decodes image files.
package struct ImageView: Equatable {
    package var width, height: Int
    package var range: SampleRange?
    package var colour: ColourRendering?
    package var frame: ObjectFrame?
    package var region: RegionOfInterest?
}

extension Model {
    package var view: ImageView {
        ImageView(
            width: grid.width, height: grid.height, range: range, colour: colour, frame: frame, region: region)
    }
}

/// An image of a data set as a setting of `IngestStage`, with the locations of its files.
package struct LocatedSource {
    package var source: IngestStage.Source
    /// The locations of the image and its masks, by their names in the settings.
    package var locations: [String: FileLocation]

    /// - Parameter digestOf: the digests of the image and its masks, by path.
    /// - Throws: `DatasetError.unplanned` for a file that was added after the data set was listed.
    package init(_ image: SourceImage, _ digestOf: [String: Digest]) throws(DatasetError) {
        guard let digest = digestOf[image.path] else { throw .unplanned(file: image.path) }
        func digestOfFile(_ path: String) throws(DatasetError) -> Digest {
            guard let digest = digestOf[path] else { throw .unplanned(file: path) }
            return digest
        }
        var maskDigests: [Digest] = [], regionDigest: Digest?
        for mask in image.masks { maskDigests.append(try digestOfFile(mask.path)) }
        if let path = image.regionPath { regionDigest = try digestOfFile(path) }
        self.init(image: image, digest: digest, maskDigests: maskDigests, regionDigest: regionDigest)
    }

    /// - Parameter maskDigests: a digest for each of the image's masks, or none.
    package init(image: SourceImage, digest: Digest, maskDigests: [Digest] = [], regionDigest: Digest? = nil) {
        source = IngestStage.Source(
            image: image, digest: digest, maskDigests: maskDigests, regionDigest: regionDigest)
        locations = [image.file: FileLocation(path: image.path, folder: image.folder)]
        for (number, mask) in image.masks.enumerated() {
            locations[source.maskLocationName(number)] = FileLocation(path: mask.path, folder: image.folder)
        }
        if let path = image.regionPath {
            locations[source.regionLocationName] = FileLocation(path: path, folder: image.regionFolder)
        }
    }
}

extension Sequence<LocatedSource> {
    package var locations: [String: FileLocation] {
        reduce(into: [:]) { $0.merge($1.locations) { first, _ in first } }
    }
}

extension IngestStage {
    init(_ images: [Source], _ view: ImageView, onBadImage: BadImagePolicy) {
        self.init(
            images: images, width: view.width, height: view.height, range: view.range, colour: view.colour,
            frame: view.frame, region: view.region, onBadImage: onBadImage)
    }
}

extension IngestStage.BadImagePolicy {
    package init(_ policy: DatasetSection.BadImagePolicy) {
        self =
            switch policy {
            case .fail: .fail
            case .quarantine: .quarantine
            }
    }
}
