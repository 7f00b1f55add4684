import Tensors

/// The samples of one optimiser step: corrupted images, clean target images, and masks of the corruption.
///
/// Images are channel-major floats (sample, channel, y, x). Masks are 1 where the input was corrupted, otherwise 0.
public final class TrainingBatch: Sendable {
    public let count, channels, height, width: Int
    let inputs: AlignedBuffer<Float>
    let targets: AlignedBuffer<Float>
    let masks: AlignedBuffer<UInt8>

    public init(count: Int, channels: Int = 3, height: Int, width: Int) {
        (self.count, self.channels, self.height, self.width) = (count, channels, height, width)
        inputs = AlignedBuffer(count: count * channels * height * width)
        targets = AlignedBuffer(count: count * channels * height * width)
        masks = AlignedBuffer(count: count * height * width)
    }

    var pixels: Int { height * width }
    var sampleCount: Int { channels * pixels }

    /// Sets one sample. `input` and `target` have channels * height * width values, `mask` has height * width.
    public func set(_ sample: Int, input: [Float], target: [Float], mask: [UInt8]) {
        guard input.count == sampleCount, target.count == sampleCount, mask.count == pixels else {
            fatalError(
                "a sample of \(input.count), \(target.count) and \(mask.count) values for \(sampleCount) and \(pixels)")
        }
        inputs.copy(input, at: sample * sampleCount)
        targets.copy(target, at: sample * sampleCount)
        masks.copy(mask, at: sample * pixels)
    }
}

/// The objective of a batch and its two parts: the mean squared error outside and inside the masks, each averaged over
/// the samples that have such pixels.
public struct BatchLoss: Sendable, Equatable {
    public var total: Double
    public var outside: Double
    public var inside: Double
}

/// The squared residuals of one sample, summed over all channels outside and inside its mask.
struct SquaredResiduals {
    var outside, inside: Double
}

extension TrainingBatch {
    func maskedPixels(_ sample: Int) -> Int {
        var count = 0
        let mask = masks.pointer + sample * pixels
        for pixel in 0..<pixels { count += Int(mask[pixel]) }
        return count
    }

    /// The weights of one squared residual outside and inside the mask in a sample's objective.
    func objectiveWeights(maskedPixels: Int, lambda: Float) -> (outside: Float, inside: Float) {
        let inside = maskedPixels * channels
        let outside = sampleCount - inside
        if inside == 0 { return (1 / Float(outside), 0) }
        if outside == 0 { return (0, 1 / Float(inside)) }
        return ((1 - lambda) / Float(outside), lambda / Float(inside))
    }

    /// Returns the objective from the residuals and the masked pixel count of each sample.
    func loss(
        _ residuals: AlignedBuffer<SquaredResiduals>, maskedPixels: [Int], lambda: Float
    ) -> BatchLoss {
        var total = 0.0, outside = 0.0, inside = 0.0
        var outsideSamples = 0, insideSamples = 0
        for sample in 0..<count {
            let weights = objectiveWeights(maskedPixels: maskedPixels[sample], lambda: lambda)
            let sums = residuals.pointer[sample]
            total += Double(weights.outside) * sums.outside + Double(weights.inside) * sums.inside
            let insideCount = maskedPixels[sample] * channels
            if insideCount > 0 {
                inside += sums.inside / Double(insideCount)
                insideSamples += 1
            }
            if insideCount < sampleCount {
                outside += sums.outside / Double(sampleCount - insideCount)
                outsideSamples += 1
            }
        }
        return BatchLoss(
            total: total / Double(count), outside: outside / Double(max(1, outsideSamples)),
            inside: inside / Double(max(1, insideSamples)))
    }
}
