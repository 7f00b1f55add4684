import ContentStore
import Folders
import Manifests
import ModelRegistry

/// The image files that a night finds, and the manifest that it follows.
public struct NightImages: Sendable {
    /// What the models are registered as.
    public let model: String
    /// Of the one category.
    public let manifest: JobManifest
    public let section: RetrainSection
    let category: String
    /// Normal images that are trusted.
    let base: [SourceImage]
    /// What has come in so far; only these are screened.
    let incoming: [SourceImage]
    let textures: [SourceImage]?
    /// For the gate; nil where the manifest names none.
    let labelled: [SourceImage]?
    /// By path.
    let digestOf: [String: Digest]
    /// Files of the folder of new images that are left for another night: just written, or not readable.
    public let unsettled, unreadable: [String]
    /// Files there with a modification time in the future, for which another rule says whether they have settled.
    public let misdated: [String]
    /// Files there that are no images by their names.
    public let ignored: [String]
    /// Links there that lead out of the folder. Whoever can leave one there must not be able to stop the nights.
    public let refusedLinks: [LinkFault]
    /// Sentences about folders of results, which are left out.
    public let resultNotes: [String]
    /// Of the labelled images of the gate.
    public let maskWarnings: [String]
    private let normalFolder: String

    /// Checks of a manifest that come before any file is read.
    ///
    /// - Returns: what the models are registered as.
    /// - Throws: `RetrainingError`, `ManifestError`.
    public static func modelName(_ manifest: JobManifest) throws -> String {
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
    ///   - now: nanoseconds since 1970, for which files have settled.
    ///   - digests: of a list of files, in its order.
    /// - Throws: `RetrainingError`, `DatasetError`, `ManifestError`, and what `digests` throws.
    public init(_ manifest: JobManifest, now: Int64, digests: ([String]) throws -> [Digest]) throws {
        model = try NightImages.modelName(manifest)
        guard let section = manifest.retrain, let only = try manifest.cases().first else {
            throw RetrainingError.noSection(manifest: manifest.file)
        }
        self.section = section
        let scanned = try DatasetScan.scan(
            only.manifest.dataset.layout, jobName: manifest.name, folders: only.manifest.dataset.folders,
            followsLinks: only.manifest.dataset.links == .follow)
        guard scanned.count == 1, let found = scanned.first else {
            throw RetrainingError.severalModels(manifest: manifest.file, count: scanned.count)
        }
        category = found.name
        self.manifest = try only.manifest.narrowed(to: found.name)
        normalFolder =
            switch only.manifest.dataset.layout {
            case .mvtec(let root, _): root.absolute + "/" + found.name
            case .folder(let normal, _): normal.absolute
            }
        let textureFolder = self.manifest.textures
        let others = [normalFolder, textureFolder?.path, section.gate.labelled?.absolute].compactMap { $0 }
        let incomingFolder = self.manifest.folder(section.incoming)
        for other in others
        where FolderOverlap.lies(incomingFolder.path, in: other) || FolderOverlap.lies(other, in: incomingFolder.path) {
            throw RetrainingError.overlap(incoming: section.incoming.absolute, other: other)
        }
        base = found.images.filter { $0.split == .train }
        var (settled, unsettled, unreadable): ([SourceImage], [String], [String]) = ([], [], [])
        var misdated: [String] = []
        let arrived = try DatasetScan.textures(below: incomingFolder, leavesOutLinks: true)
        refusedLinks = arrived.refusedLinks
        ignored = arrived.ignoredFiles.map { NightImages.prefix + $0 }
        for image in arrived.images {
            let named = SourceImage(
                file: NightImages.prefix + image.file, path: image.path, split: .train, kind: "good", isAnomalous: nil,
                folder: incomingFolder)
            let file = ArrivalFile(image.path, now: now, settleSeconds: section.settleSeconds)
            switch file.state {
            case .unreadable: unreadable.append(named.file)
            case .justWritten: unsettled.append(named.file)
            case .settled: settled.append(named)
            }
            if file.isMisdated { misdated.append(named.file) }
        }
        self.misdated = misdated.sorted()
        incoming = settled.sorted { $0.file < $1.file }
        (self.unsettled, self.unreadable) = (unsettled.sorted(), unreadable.sorted())
        let textureScan = try textureFolder.map { try DatasetScan.textures(below: $0) }
        let labelledScan = try section.gate.labelled.map { path in
            try DatasetScan.labelled(
                below: only.manifest.folder(path), normalKinds: only.manifest.dataset.folders.normalKinds)
        }
        (textures, labelled) = (textureScan?.images, labelledScan?.images)
        maskWarnings = labelledScan?.maskWarnings ?? []
        resultNotes = [found, arrived, textureScan, labelledScan].compactMap(\.self).flatMap(\.resultNotes)
        let all = base + incoming + (textures ?? []) + (labelled ?? [])
        let paths = Set(all.map(\.path) + all.compactMap(\.maskPath)).sorted()
        digestOf = Dictionary(uniqueKeysWithValues: zip(paths, try digests(paths)))
    }

    private static let prefix = "incoming/"

    /// Where a file of a roll lay, which may be there no longer, and the named folder that it has to lie in.
    func usualPlace(_ file: String) -> (path: String, folder: NamedFolder) {
        if file.hasPrefix(NightImages.prefix) {
            let folder = manifest.folder(section.incoming)
            return (folder.path + "/" + file.dropFirst(NightImages.prefix.count), folder)
        }
        switch manifest.dataset.layout {
        case .folder(let normal, _):
            return (normalFolder + "/" + file.dropFirst("train/".count), manifest.folder(normal))
        case .mvtec(let root, _): return (normalFolder + "/" + file, manifest.folder(root))
        }
    }

    /// - Parameter image: of one of the lists here, all of which were digested.
    func source(_ image: SourceImage) -> Digest { digestOf[image.path]! }

    /// Present files by their content: of exact copies the first one, base images before others.
    var present: [Digest: SourceImage] {
        Dictionary((base + incoming).map { (source($0), $0) }) { first, _ in first }
    }

    /// Files whose bytes another present file has.
    public var copyCount: Int { base.count + incoming.count - present.count }

    /// What the gate judges by: never trained on.
    var labelledSources: Set<Digest> { Set((labelled ?? []).map(source)) }

    /// Base images that no night has seen, as arrivals.
    public func newBase(_ known: [KnownArrival]) -> [Arrival] {
        unseen(base, known).map { Arrival(source: source($0), file: $0.file, state: .base) }
    }

    /// Files of the folder of new images whose content no night has seen, nor lies in the base set.
    func newIncoming(_ known: [KnownArrival]) -> [SourceImage] {
        let trusted = Set(base.map(source))
        return unseen(incoming, known).filter { !trusted.contains(source($0)) }
    }

    /// Present files that were held back, and that nobody has accepted.
    func heldBack(_ known: [KnownArrival]) -> [SourceImage] {
        let held = Set(known.filter { $0.arrival.state == .quarantined && !$0.isAdmitted }.map(\.arrival.source))
        return incoming.filter { held.contains(source($0)) }
    }

    /// By name and each content once. What could not be used is seen anew under another name: that may have been the fault.
    private func unseen(_ images: [SourceImage], _ known: [KnownArrival]) -> [SourceImage] {
        var seen = Set<Digest>()
        var unusable: [Digest: String] = [:]
        for arrival in known.map(\.arrival) {
            if arrival.state == .unusable {
                unusable[arrival.source] = arrival.file
            } else {
                seen.insert(arrival.source)
            }
        }
        return images.filter { image in
            let digest = source(image)
            return unusable[digest] != image.file && seen.insert(digest).inserted
        }
    }

    /// Base images that a run of the manifest holds out of training.
    var heldOutOfRun: Set<Digest> {
        let sources = Set(base.map(source)).sorted()
        guard sources.count > 1 else { return [] }
        let count = HeldOut.count(of: sources.count, fraction: Float(manifest.dataset.heldOutFraction))
        return Set(sources.prefix(count))
    }
}
