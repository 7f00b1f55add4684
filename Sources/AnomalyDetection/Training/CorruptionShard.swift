import BinaryCoding
import Imaging

/// The samples of consecutive training steps, stored as masks and changed pixels.
public struct CorruptionShard: Sendable, Equatable {
    /// Version 2: digest at the end. Version 1: initial.
    public static let format = FileFormat(magic: "NOMCRRPT", version: 2)

    /// A sample. It stores the changes only; the clean image is recreated from the training image.
    public struct Sample: Sendable, Equatable {
        /// The index of the training image.
        public var image: Int
        /// The number of the sample in the training run. With the seed and the image's digest it determines the sample.
        public var variant: Int
        /// The bounding box of all changes; empty for a clean sample.
        public var x, y, width, height: Int
        /// One bit per pixel of the box, row by row.
        public var mask: [UInt8]
        /// The values of the changed pixels in row order, channel after channel; 65535 stands for 1.
        public var values: [UInt16]
    }

    public let imageWidth, imageHeight: Int
    public var samples: [Sample]

    public init(imageWidth: Int, imageHeight: Int, samples: [Sample]) {
        (self.imageWidth, self.imageHeight, self.samples) = (imageWidth, imageHeight, samples)
    }

    /// Checks that a shard matches its training images, so that no index is out of range.
    ///
    /// - Parameters:
    ///   - images: the training images.
    ///   - width: the expected width of samples in pixels.
    ///   - height: the expected height of samples in pixels.
    public func requireFit(_ images: TrainingImages, width: Int, height: Int) throws(FormatError) {
        guard (imageWidth, imageHeight) == (width, height), width <= images.width, height <= images.height else {
            throw .damaged(
                "a corruption shard",
                what: "samples of \(imageWidth) x \(imageHeight) pixels, expected \(width) x \(height), from images of "
                    + "\(images.width) x \(images.height)")
        }
        if let sample = samples.first(where: { $0.image >= images.count }) {
            throw .damaged(
                "a corruption shard", what: "a sample of image \(sample.image), but there are \(images.count)")
        }
    }

    public var bytes: [UInt8] {
        var writer = ByteWriter(CorruptionShard.format)
        writer.write(imageWidth)
        writer.write(imageHeight)
        writer.write(samples.count)
        for sample in samples {
            for number in [sample.image, sample.variant, sample.x, sample.y, sample.width, sample.height] {
                writer.write(UInt32(number))
            }
            writer.write(block: sample.mask)
            writer.write(block: sample.values)
        }
        return writer.bytes
    }

    public init(bytes: [UInt8], name: String) throws(FormatError) {
        var reader = try ByteReader(bytes, CorruptionShard.format, name: name)
        imageWidth = try reader.readInt("the width", in: 1...65536)
        imageHeight = try reader.readInt("the height", in: 1...65536)
        let count = try reader.readInt("the number of samples", in: 0...1 << 24)
        samples = []
        for index in 0..<count {
            let numbers = [
                try reader.readUInt32(), try reader.readUInt32(), try reader.readUInt32(), try reader.readUInt32(),
                try reader.readUInt32(), try reader.readUInt32(),
            ].map(Int.init)
            let sample = Sample(
                image: numbers[0], variant: numbers[1], x: numbers[2], y: numbers[3], width: numbers[4],
                height: numbers[5], mask: try reader.readBlock(of: UInt8.self),
                values: try reader.readBlock(of: UInt16.self))
            let changed = sample.mask.reduce(0) { $0 + $1.nonzeroBitCount }
            guard sample.x + sample.width <= imageWidth, sample.y + sample.height <= imageHeight,
                sample.mask.count == (sample.width * sample.height + 7) / 8, sample.values.count == 3 * changed,
                sample.isPaddingClear
            else { throw .damaged(name, what: "sample \(index) is inconsistent") }
            samples.append(sample)
        }
        try reader.finish()
    }
}

extension CorruptionShard.Sample {
    fileprivate var isPaddingClear: Bool {
        let used = width * height % 8
        guard used > 0, let last = mask.last else { return true }
        return last >> used == 0
    }

    /// Stores the changes of a corrupted image.
    public init(image: Int, variant: Int, _ corrupted: CorruptedSample) {
        let full = corrupted.corrupted
        var (left, right, top, bottom) = (full.width, 0, full.height, 0)
        for row in 0..<full.height {
            for column in 0..<full.width where corrupted.mask[row * full.width + column] != 0 {
                (left, right) = (min(left, column), max(right, column + 1))
                (top, bottom) = (min(top, row), max(bottom, row + 1))
            }
        }
        self.init(
            image: image, variant: variant, x: right > 0 ? left : 0, y: right > 0 ? top : 0,
            width: max(0, right - left),
            height: max(0, bottom - top), mask: [], values: [])
        mask = [UInt8](repeating: 0, count: (width * height + 7) / 8)
        for channel in 0..<3 {
            for row in 0..<height {
                for column in 0..<width {
                    let pixel = (y + row) * full.width + x + column
                    guard corrupted.mask[pixel] != 0 else { continue }
                    let place = row * width + column
                    mask[place / 8] |= 1 << UInt8(place % 8)
                    let value = full.values[channel * full.width * full.height + pixel]
                    values.append(PackedImage.sample(value))
                }
            }
        }
    }

    /// Restores the corrupted image and its mask from the clean image.
    public func restored(on clean: PlanarImage) -> CorruptedSample {
        var corrupted = clean
        var fullMask = [UInt8](repeating: 0, count: clean.width * clean.height)
        let pixels = clean.width * clean.height
        var next = 0
        for channel in 0..<3 {
            for row in 0..<height {
                for column in 0..<width {
                    let place = row * width + column
                    guard mask[place / 8] >> UInt8(place % 8) & 1 == 1 else { continue }
                    let pixel = (y + row) * clean.width + x + column
                    fullMask[pixel] = 1
                    corrupted.values[channel * pixels + pixel] = Float(values[next]) * (1 / 65535)
                    next += 1
                }
            }
        }
        return CorruptedSample(corrupted: corrupted, mask: fullMask)
    }
}
