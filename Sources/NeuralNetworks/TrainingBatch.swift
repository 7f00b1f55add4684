import Tensors

/// Corrupted images, the clean images to give back, and where they differ, of one optimiser step.
///
/// Images are channel-major floats (sample, channel, y, x); masks hold 1 where the input was corrupted, else 0.
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

    /// Fills one sample. The counts must be channels * height * width and height * width.
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

/// The objective's value on a batch and its two parts: mean squared error outside and inside the masks, each over the samples
/// that have such pixels.
public struct BatchLoss: Sendable, Equatable {
    public var total: Double
    public var outside: Double
    public var inside: Double
}
