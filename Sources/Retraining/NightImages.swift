import ContentStore
import Datasets
import Folders
import Jobs
import Manifests
import ModelRegistry

/// The image files of a night, and its manifest.
package struct NightImages: Sendable {
    /// The registered name of the models.
    package let model: String
    /// The manifest of the single category.
    package let manifest: JobManifest
    package let section: RetrainSection
    let category: String
    /// The trusted normal images.
    let base: [SourceImage]
    /// The settled images in the incoming folder; only these are screened.
    var incoming: [SourceImage] { incomingFiles.settled }
    let textures: [SourceImage]?
    /// The labelled images of the gate; nil if the manifest names none.
    let labelled: [SourceImage]?
    /// The pretrained networks that the manifest may name.
    package let backbones: BackboneIndex
    /// The detector's program; nil for a detector without one.
    package let program: ExternalInputs?
    /// The digests of all files, by path.
    let digestOf: [String: Digest]
    /// All files in the incoming folder, also those that are left for another night.
    package let incomingFiles: IncomingFiles
    /// Sentences about skipped folders of results.
    package let resultNotes: [String]
    /// Warnings about the masks of the labelled images.
    package let maskWarnings: [String]
    private let normalFolder: String

    /// Validates a manifest before any file is read.
    ///
    /// - Returns: the registered name of the models.
    /// - Throws: `RetrainingError`, `ManifestError`.
    package static func modelName(_ manifest: JobManifest) throws -> String {
        guard let section = manifest.retrain else { throw RetrainingError.noSection(manifest: manifest.file) }
        let name = section.model ?? manifest.name
        guard ModelReference.isName(name) else { throw RetrainingError.notAName(job: name) }
        let cases = try manifest.cases()
        guard cases.count == 1 else {
            throw RetrainingError.severalModels(manifest: manifest.file, count: cases.count)
        }
        return name
    }

    /// - Parameters:
    ///   - now: the current time in nanoseconds since 1970.
    ///   - digests: returns the digests of a list of files, in its order.
    /// - Throws: `RetrainingError`, `DatasetError`, `ManifestError`, and errors of `digests`.
    package init(
        _ manifest: JobManifest, now: Int64, backbones: BackboneIndex = .unchecked,
        digests: ([String]) throws -> [Digest]
    ) throws {
        self.backbones = backbones
        model = try NightImages.modelName(manifest)
        guard let section = manifest.retrain, let only = try manifest.cases().first else {
            throw RetrainingError.noSection(manifest: manifest.file)
        }
        self.section = section
        let scanned = try DatasetScan.scan(only.manifest.dataset, jobName: manifest.name)
        guard scanned.count == 1, let found = scanned.first else {
            throw RetrainingError.severalModels(manifest: manifest.file, count: scanned.count)
        }
        category = found.name
        self.manifest = try only.manifest.narrowed(to: found.name)
        normalFolder = try NightImages.normalFolder(only.manifest, category: found.name)
        let textureFolder = self.manifest.textures
        let others = [normalFolder, textureFolder?.path, section.gate.labelled?.absolute].compactMap { $0 }
        let incomingFolder = self.manifest.folder(section.incoming)
        for other in others
        where FolderOverlap.lies(incomingFolder.path, in: other) || FolderOverlap.lies(other, in: incomingFolder.path) {
            throw RetrainingError.overlap(incoming: section.incoming.absolute, other: other)
        }
        base = found.images.filter { $0.split == .train }
        incomingFiles = try IncomingFiles(incomingFolder, now: now, settleSeconds: section.settleSeconds)
        let textureScan = try textureFolder.map { try DatasetScan.textures(below: $0) }
        let labelledScan = try section.gate.labelled.map { path in
            try DatasetScan.labelled(
                below: only.manifest.folder(path), normalKinds: only.manifest.dataset.folders.normalKinds)
        }
        (textures, labelled) = (textureScan?.images, labelledScan?.images)
        maskWarnings = labelledScan?.maskWarnings ?? []
        resultNotes =
            found.resultNotes + incomingFiles.resultNotes
            + [textureScan, labelledScan].compactMap(\.self).flatMap(\.resultNotes)
        let all = base + incomingFiles.settled + (textures ?? []) + (labelled ?? [])
        let programFiles = try self.manifest.detectorFiles(category: found.name)
        let files = programFiles.map(\.path) + [self.manifest.regionMask?.path].compactMap(\.self)
        let paths = Set(all.map(\.path) + all.flatMap(\.masks).map(\.path) + files).sorted()
        digestOf = Dictionary(uniqueKeysWithValues: zip(paths, try digests(paths)))
        program = try ExternalInputs(programFiles, self.manifest, digestOf)
    }

    /// The folder that contains the training images of the category.
    private static func normalFolder(_ manifest: JobManifest, category: String) throws -> String {
        switch manifest.dataset.layout {
        case .mvtec(let root, _): root.absolute + "/" + category
        case .published(let published, let root, _):
            try published.reader(of: manifest.folder(root)).folder(of: category)
        case .folder(let normal, _): normal.absolute
        }
    }

    /// The expected path of a member's file, which may have been removed, and the folder that must contain it.
    func usualPlace(_ file: String) -> (path: String, folder: NamedFolder) {
        if file.hasPrefix(IncomingFiles.prefix) {
            let folder = manifest.folder(section.incoming)
            return (folder.path + "/" + file.dropFirst(IncomingFiles.prefix.count), folder)
        }
        switch manifest.dataset.layout {
        case .folder(let normal, _):
            return (normalFolder + "/" + file.dropFirst("train/".count), manifest.folder(normal))
        case .mvtec(let root, _), .published(_, let root, _): return (normalFolder + "/" + file, manifest.folder(root))
        }
    }

    /// The digest of an image from one of the lists of this value.
    func source(_ image: SourceImage) -> Digest { digestOf[image.path]! }

    /// The present files by digest. Of exact copies, the first one counts, base images before incoming ones.
    var present: [Digest: SourceImage] {
        Dictionary((base + incoming).map { (source($0), $0) }) { first, _ in first }
    }

    /// The number of present files that are exact copies of another.
    package var copyCount: Int { base.count + incoming.count - present.count }

    /// The digest of the group of an image in the folder of training images or of arrivals.
    func group(of file: String, sample: String? = nil, own: Digest) -> Digest {
        let name = file.without(prefix: IncomingFiles.prefix).without(prefix: manifest.dataset.trainingPrefix)
        return manifest.dataset.groups.digest(of: name, sample: sample, own: own)
    }

    /// The digests of the groups of the present images.
    var groupOf: [Digest: Digest] {
        Dictionary(
            uniqueKeysWithValues: present.map { source, image in
                (source, group(of: image.file, sample: image.sample, own: source))
            })
    }

    /// The base images that a run of the manifest would hold out of training.
    var heldOutOfRun: Set<Digest> {
        let groupOf = groupOf
        let images = Set(base.map(source)).sorted()
        guard images.count > 1 else { return [] }
        return Set(
            HeldOut.chosen(images, groups: images.map { groupOf[$0]! }, fraction: manifest.dataset.heldOutFraction)
                .map { images[$0] })
    }
}
