import AnomalyDetection
import Imaging
import Pipeline

/// Reads the features of training images in groups, so that only one group is held at a time.
struct FeatureReader {
    let images: TrainingImages
    let samples: SampleSettings
    /// The number of times that each image is read: once unchanged, then augmented.
    let variants: Int
    /// True if patches outside the object are left out.
    let foreground: Bool
    private let augmentation: Augmentation

    /// One image, unchanged or augmented.
    struct Read {
        var image, variant: Int
        var tiles: [PlanarImage]
        /// The features of each tile.
        var features: [PatchFeatures]
    }

    init(_ samples: SampleSettings, variants: Int, foreground: Bool, _ context: TaskContext) throws {
        images = try TrainingImages(try context.readJSON(TrainingIndex.self, "training"), context, samples.grid)
        augmentation = try samples.augmentation(for: context)
        (self.samples, self.foreground) = (samples, foreground)
        self.variants = augmentation.changesImages ? variants : 1
    }

    /// The number of reads.
    var count: Int { images.count * variants }

    /// The numbers of some patches of a read, drawn by the seed and the image. All reads together have fewer than twice
    /// `total`, and at most `total` if there are at least `total` reads.
    func sample(_ read: Read, total: Int) -> ArraySlice<Int> {
        var generator = images.generator(image: read.image, variant: read.variant, seed: samples.seed)
        let size = read.features[0].count
        let patches = generator.permutation(read.features.count * size).filter {
            read.features[$0 / size].isInside($0 % size)
        }
        return patches.prefix(Self.share(of: read.variant * images.count + read.image, among: count, total: total))
    }

    /// The number of patches of a read: equally many of each, or one patch of every so many reads.
    static func share(of read: Int, among count: Int, total: Int) -> Int {
        count <= total ? (total + count - 1) / count : (read + 1) * total / count - read * total / count
    }

    /// Calls `body` for every read, in order.
    func forEach(_ extractor: PatchExtractor, _ context: TaskContext, _ body: (Read) throws -> Void) throws {
        let grid = samples.grid
        let most = grid.imagesAtOnce(threads: context.threads)
        for first in stride(from: 0, to: count, by: most) {
            try context.checkCancellation()
            let numbers = first..<min(first + most, count)
            let group = numbers.map { number in
                augmentation.variant(number / images.count, of: images, number % images.count, samples.seed)
            }
            let features = try extractor.features(group, grid, foreground: foreground)
            for (place, number) in numbers.enumerated() {
                try body(
                    Read(
                        image: number % images.count, variant: number / images.count,
                        tiles: grid.tiles(of: group[place]),
                        features: Array(features[place * grid.count..<(place + 1) * grid.count])))
            }
            context.progress(numbers.upperBound, of: count, unit: "images")
        }
        try images.requireReadable()
    }
}
