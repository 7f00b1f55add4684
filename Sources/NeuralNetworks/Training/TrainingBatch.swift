import Tensors

/// The goal of a training, as a value of every pixel of the output.
public enum Objective: Sendable, Equatable {
    /// The squared residual to a target image of the input's channels.
    case squaredError
    /// The cross-entropy with the mask. The output is one channel: the logit of the probability that a pixel is
    /// corrupted.
    case crossEntropy
}

/// The samples of one optimiser step: corrupted images, masks of the corruption, and clean target images if the
/// objective needs them.
///
/// Images are channel-major floats (sample, channel, y, x). Masks are 1 where the input was corrupted, otherwise 0.
public final class TrainingBatch: Sendable {
    public let objective: Objective
    public let count, channels, height, width: Int
    let inputs: AlignedBuffer<Float>
    let targets: AlignedBuffer<Float>
    let masks: AlignedBuffer<UInt8>

    /// - Parameter channels: The channels of the input.
    public init(
        _ objective: Objective = .squaredError, count: Int, channels: Int = 3, height: Int, width: Int
    ) {
        (self.objective, self.count, self.channels) = (objective, count, channels)
        (self.height, self.width) = (height, width)
        inputs = AlignedBuffer(count: count * channels * height * width)
        targets = AlignedBuffer(count: objective == .squaredError ? count * channels * height * width : 0)
        masks = AlignedBuffer(count: count * height * width)
    }

    var pixels: Int { height * width }
    var sampleCount: Int { channels * pixels }
    /// The channels of the network's output.
    var outputChannels: Int { objective == .squaredError ? channels : 1 }
    /// The number of values that the objective compares in one sample.
    private var comparedCount: Int { outputChannels * pixels }

    /// Sets one sample. `input` and `target` have channels * height * width values, `mask` has height * width: 1 for
    /// pixels of the corruption, 0 for others, and `ignored`.
    ///
    /// - Parameter target: Empty if the objective needs none.
    public func set(_ sample: Int, input: [Float], target: [Float] = [], mask: [UInt8]) {
        let targetCount = objective == .squaredError ? sampleCount : 0
        guard input.count == sampleCount, target.count == targetCount, mask.count == pixels else {
            fatalError(
                "a sample of \(input.count), \(target.count) and \(mask.count) values for \(sampleCount), "
                    + "\(targetCount) and \(pixels)")
        }
        inputs.copy(input, at: sample * sampleCount)
        if targetCount > 0 { targets.copy(target, at: sample * targetCount) }
        masks.copy(mask, at: sample * pixels)
    }

    func input(_ sample: Int) -> [Float] { inputs.values(sample * sampleCount..<(sample + 1) * sampleCount) }
    func mask(_ sample: Int) -> [UInt8] { masks.values(sample * pixels..<(sample + 1) * pixels) }
}

extension TrainingBatch {
    /// The batch of a segmentation network: images and what the autoencoder changes in them.
    public func paired(with autoencoder: NetworkEngine) -> TrainingBatch {
        let pairs = TrainingBatch(.crossEntropy, count: count, channels: 2 * channels, height: height, width: width)
        let images = (0..<count).map(input)
        let reconstructions = autoencoder.reconstruct(images)
        autoencoder.workerPool.run(count) { [self] sample, _ in
            pairs.set(
                sample, input: NetworkDescription.segmentationInput(images[sample], reconstructions[sample]),
                mask: mask(sample))
        }
        return pairs
    }
}

/// The objective of a batch and its two parts: the mean outside and inside the masks, each averaged over
/// the samples that have such pixels.
public struct BatchLoss: Sendable, Equatable {
    public var total: Double
    public var outside: Double
    public var inside: Double
}

/// The objective of one sample before weighting, summed over all compared values outside and inside its mask.
struct SampleSums {
    var outside, inside: Double
}

extension TrainingBatch {
    /// The value of mask pixels that take no part in the objective.
    public static let ignored: UInt8 = 2

    /// The numbers of pixels of a sample by their part in the objective.
    struct PixelCounts {
        var masked = 0, ignored = 0
    }

    func pixelCounts(_ sample: Int) -> PixelCounts {
        var counts = PixelCounts()
        let mask = masks.pointer + sample * pixels
        for pixel in 0..<pixels {
            counts.masked += Int(mask[pixel] & 1)
            counts.ignored += Int(mask[pixel] >> 1)
        }
        return counts
    }

    /// The weights of one compared value outside and inside the mask in a sample's objective.
    func objectiveWeights(_ counts: PixelCounts, lambda: Float) -> (outside: Float, inside: Float) {
        let inside = counts.masked * outputChannels
        let outside = comparedCount - inside - counts.ignored * outputChannels
        if inside == 0, outside == 0 { return (0, 0) }
        if inside == 0 { return (1 / Float(outside), 0) }
        if outside == 0 { return (0, 1 / Float(inside)) }
        return ((1 - lambda) / Float(outside), lambda / Float(inside))
    }

    /// Returns the objective from the sums and the pixel counts of each sample.
    func loss(
        _ sampleSums: AlignedBuffer<SampleSums>, _ pixelCounts: [PixelCounts], lambda: Float
    ) -> BatchLoss {
        var total = 0.0, outside = 0.0, inside = 0.0
        var outsideSamples = 0, insideSamples = 0
        for sample in 0..<count {
            let counts = pixelCounts[sample]
            let weights = objectiveWeights(counts, lambda: lambda)
            let sums = sampleSums.pointer[sample]
            total += Double(weights.outside) * sums.outside + Double(weights.inside) * sums.inside
            let insideCount = counts.masked * outputChannels
            let outsideCount = comparedCount - insideCount - counts.ignored * outputChannels
            if insideCount > 0 {
                inside += sums.inside / Double(insideCount)
                insideSamples += 1
            }
            if outsideCount > 0 {
                outside += sums.outside / Double(outsideCount)
                outsideSamples += 1
            }
        }
        return BatchLoss(
            total: total / Double(count), outside: outside / Double(max(1, outsideSamples)),
            inside: inside / Double(max(1, insideSamples)))
    }
}
