import SeededRandom

/// Which image each sample of a training run is made from: epochs of random order, a pure function of the seed.
public struct SampleSchedule: Sendable, Equatable {
    public let imageCount: Int
    public let seed: UInt64

    public init(imageCount: Int, seed: UInt64) {
        guard imageCount > 0 else { fatalError("a schedule without images") }
        (self.imageCount, self.seed) = (imageCount, seed)
    }

    /// The images of some consecutive samples, counted from the start of the run.
    public func images(_ samples: Range<Int>) -> [Int] {
        var images: [Int] = []
        var epoch = -1
        var order: [Int] = []
        for sample in samples {
            if sample / imageCount != epoch {
                epoch = sample / imageCount
                var generator = SeededGenerator(seed: seed, stream: "epoch", UInt64(epoch))
                order = generator.permutation(imageCount)
            }
            images.append(order[sample % imageCount])
        }
        return images
    }
}
