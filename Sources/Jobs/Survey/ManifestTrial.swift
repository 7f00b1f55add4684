import AnomalyDetection
import ContentStore
import Datasets
import Folders
import Imaging
import Manifests
import Stages

/// A quick check of a new manifest: its tasks are planned, and a sample of its images decoded.
package struct ManifestTrial {
    /// The faults of sampled images, a sentence each.
    package private(set) var faults: [String] = []

    /// The numbers of usable training images to find, of training images to try, and of test images to try, per
    /// category.
    private static let enough = 9, mostTried = 64, testImages = 3

    /// - Throws: `DatasetError` if a run would fail, `ManifestError`, and errors of planning.
    package init(_ manifest: JobManifest) throws {
        _ = try Job(manifest) { paths in paths.map { Digest.of(text: $0) } }
        for category in try DatasetScan.scan(manifest.dataset, jobName: manifest.name) {
            try tryTraining(category, manifest)
            let test = category.images.filter { $0.split == .test }
            for image in test.evenSample(ManifestTrial.testImages) { _ = decoded(image, manifest) }
        }
    }

    private mutating func tryTraining(_ category: SourceCategory, _ manifest: JobManifest) throws(DatasetError) {
        let images = category.images.filter { $0.split == .train }
        // Exact copies count once, as in a run.
        var usable = Set<Digest>()
        var tried = 0
        let former = faults.count
        for image in images.evenSample(ManifestTrial.mostTried)
        where usable.count < ManifestTrial.enough {
            tried += 1
            if let digest = decoded(image, manifest) { usable.insert(digest) }
        }
        if usable.isEmpty, faults.count > former {
            throw .unusable(category: category.name, tried: tried, first: faults[former])
        }
        guard usable.count >= 2 || tried < images.count else {
            throw .tooFewNormalImages(category: category.name, count: usable.count)
        }
    }

    /// The digest of a usable image; nil for a fault, which is recorded.
    private mutating func decoded(_ image: SourceImage, _ manifest: JobManifest) -> Digest? {
        do {
            let bytes = try image.bytes()
            let decoded = try IngestStage.decode(
                bytes, name: ManifestTrial.path(of: image), width: manifest.image.width, height: manifest.image.height,
                range: SampleRange(manifest.image), colour: manifest.image.isConvertedToSRGB ? .sRGB : nil,
                frame: ObjectFrame(manifest.image))
            try decoded.reading.format.check(extensionOf: ManifestTrial.path(of: image))
            return Digest.of(bytes)
        } catch {
            faults.append("\(error)")
            return nil
        }
    }

    /// The path from the current folder, by which a user finds the file.
    private static func path(of image: SourceImage) -> String {
        ManifestPath(image.path, relativeTo: NamedFolder.current).relative(to: NamedFolder.current)
    }
}
