import AnomalyDetection
import BinaryCoding
import ContentStore
import Imaging
import Pipeline
import Synchronization

extension TrainingImages {
    /// Loads the images of an index from the store.
    ///
    /// - Parameter grid: the required size; images of twice or four times that size are averaged.
    convenience init(_ index: TrainingIndex, _ context: TaskContext, _ grid: TileGrid) throws {
        let entries = try index.entries.map {
            Entry(
                path: try context.blobPath($0.pixels), region: try $0.region.map(context.blobPath),
                identity: $0.source.words.0)
        }
        try self.init(entries, reducedSize: (grid.width, grid.height)) { try AtomicFile.read($0) }
        guard (width, height) == (grid.width, grid.height) else {
            throw FormatError.damaged(
                "\(context.task): the first image of its list",
                what: "\(width) x \(height) pixels where \(grid.width) x \(grid.height) are needed")
        }
    }
}

/// Caches the decoded training images of recent tasks, because training and corruption tasks of a category read the
/// same images.
final class TrainingImageCache: SharedResource {
    private let kept = Mutex<[(index: Digest, grid: TileGrid, images: TrainingImages)]>([])

    init() {}

    func images(_ input: String, _ context: TaskContext, _ grid: TileGrid) throws -> TrainingImages {
        let digest = context.inputDigest(input)
        let known = kept.withLock { kept in
            kept.removeAll { !$0.images.isReadable }
            return kept.first { $0.index == digest && $0.grid == grid }?.images
        }
        if let known { return known }
        let images = try TrainingImages(try context.readJSON(TrainingIndex.self, input), context, grid)
        kept.withLock { kept in
            // Two categories may overlap: the end of one and the beginning of the next.
            if kept.count >= 2 { kept.removeFirst() }
            kept.append((digest, grid, images))
        }
        return images
    }
}

extension Augmentation {
    /// An image, unchanged for the variant 0, else changed but not cropped.
    func variant(_ variant: Int, of images: TrainingImages, _ index: Int, _ seed: UInt64) -> PlanarImage {
        let image = images.image(at: index)
        guard variant > 0 else { return image }
        var augmentation = self
        augmentation.crop = nil
        var generator = images.generator(image: index, variant: variant, seed: seed)
        return augmentation.applied(to: image, using: &generator)
    }
}
