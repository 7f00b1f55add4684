import ContentStore
import Foundation
import Manifests

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

    /// - Parameter digests: of a list of files, in its order.
    /// - Throws: `RetrainingError`, `DatasetError`, `ManifestError`, and what `digests` throws.
    public init(_ manifest: JobManifest, digests: ([String]) throws -> [Digest]) throws {
        model = try NightImages.modelName(manifest)
        guard let section = manifest.retrain, let only = try manifest.cases().first else {
            throw RetrainingError.noSection(manifest: manifest.file)
        }
        self.section = section
        let scanned = try DatasetScan.scan(only.manifest.dataset.layout, jobName: manifest.name)
        guard scanned.count == 1, let found = scanned.first else {
            throw RetrainingError.severalModels(manifest: manifest.file, count: scanned.count)
        }
        category = found.name
        self.manifest = try only.manifest.narrowed(to: found.name)
        let normalFolder =
            switch only.manifest.dataset.layout {
            case .mvtec(let root, _): root.absolute + "/" + found.name
            case .folder(let normal, _): normal.absolute
            }
        guard !(section.incoming.absolute + "/").hasPrefix(normalFolder + "/") else {
            throw RetrainingError.overlap(incoming: section.incoming.absolute, other: normalFolder)
        }
        base = found.images.filter { $0.split == .train }
        incoming = try DatasetScan.textures(below: section.incoming.absolute).images.map { image in
            SourceImage(
                file: NightImages.prefix + image.file, path: image.path, split: .train, kind: "good", isAnomalous: nil)
        }.sorted { $0.file < $1.file }
        textures = try self.manifest.corruption.textures.map { try DatasetScan.textures(below: $0.absolute).images }
        labelled = try section.gate.labelled.map { try DatasetScan.labelled(below: $0.absolute).images }
        let all = base + incoming + (textures ?? []) + (labelled ?? [])
        let paths = Set(all.map(\.path) + all.compactMap(\.maskPath)).sorted()
        digestOf = Dictionary(uniqueKeysWithValues: zip(paths, try digests(paths)))
    }

    private static let prefix = "incoming/"

    /// Where a file lay that is no longer there.
    func usualPath(_ file: String) -> String {
        file.hasPrefix(NightImages.prefix)
            ? section.incoming.absolute + "/" + file.dropFirst(NightImages.prefix.count) : file
    }

    func source(_ image: SourceImage) -> Digest { digestOf[image.path]! }

    /// Present files by their content: of exact copies the first one, base images before others.
    var present: [Digest: SourceImage] {
        Dictionary((base + incoming).map { (source($0), $0) }) { first, _ in first }
    }

    /// Files whose bytes another present file has.
    public var copyCount: Int { base.count + incoming.count - present.count }

    /// Base images that no night has seen, as arrivals.
    public func newBase(_ known: [KnownArrival]) -> [Arrival] {
        unseen(base, known).map { Arrival(source: source($0), file: $0.file, state: .base) }
    }

    /// Files of `images` whose content no night has seen, by name and each content once.
    func unseen(_ images: [SourceImage], _ known: [KnownArrival]) -> [SourceImage] {
        var seen = Set(known.map(\.arrival.source))
        return images.filter { seen.insert(source($0)).inserted }
    }

    /// Base images that are held out of training: those that a run of the manifest holds out.
    var heldOutBase: Set<Digest> {
        let sources = Set(base.map(source)).sorted()
        guard sources.count > 1 else { return [] }
        let count = HeldOut.count(of: sources.count, fraction: Float(manifest.dataset.heldOutFraction))
        return Set(sources.prefix(count))
    }
}
