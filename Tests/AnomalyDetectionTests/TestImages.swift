import Glibc
import Imaging
import NeuralNetworks
import SeededRandom

@testable import AnomalyDetection

/// Procedural images for tests of corruptions.
enum CorruptionTestImages {
    /// A coloured weave with a little noise: structure everywhere, no saturated pixel.
    static func weave(width: Int = 96, height: Int = 96, seed: UInt64 = 1) -> PlanarImage {
        var generator = SeededGenerator(seed: seed, stream: "weave")
        let phase = generator.uniform(0, 6)
        var image = PlanarImage(width: width, height: height, channels: 3, repeating: 0)
        for channel in 0..<3 {
            for y in 0..<height {
                for x in 0..<width {
                    let wave = sinf(0.7 * Float(x) + phase) * sinf(0.5 * Float(y)) + 0.3 * sinf(0.13 * Float(x + y))
                    image.values[(channel * height + y) * width + x] =
                        0.4 + 0.1 * Float(channel) + 0.15 * wave + 0.02 * generator.uniform(-1, 1)
                }
            }
        }
        return image
    }

    static func grey(_ image: PlanarImage) -> PlanarImage {
        let first = Array(image.values[0..<(image.width * image.height)])
        return PlanarImage(width: image.width, height: image.height, channels: 3, values: first + first + first)
    }

    /// A bright disc with a dark hole on a dark, slightly noisy background.
    static func disc(side: Int = 128, radius: Float = 40) -> (image: PlanarImage, mask: [UInt8]) {
        var generator = SeededGenerator(seed: 3, stream: "disc")
        let middle = Float(side) / 2
        var image = PlanarImage(width: side, height: side, channels: 3, repeating: 0)
        var mask = [UInt8](repeating: 0, count: side * side)
        for index in mask.indices {
            let distance = hypotf(Float(index % side) - middle, Float(index / side) - middle)
            mask[index] = distance < radius ? 1 : 0
            for channel in 0..<3 {
                let level: Float = distance < radius && distance > 5 ? 0.7 : 0.1
                image.values[channel * side * side + index] = level + 0.01 * generator.normal()
            }
        }
        return (image, mask)
    }
}

struct ImageList: ImageSource {
    let images: [PlanarImage]

    var count: Int { images.count }
    func image(at index: Int) -> PlanarImage { images[index] }

    static let none = ImageList(images: [])
    static let weaves = ImageList(images: (2..<5).map { CorruptionTestImages.weave(seed: $0) })
    static let textures = ImageList(images: [
        CorruptionTestImages.weave(width: 40, height: 70, seed: 8),
        PlanarImage(width: 5, height: 3, channels: 3, repeating: 0.9),
    ])
}

extension ContentWeights {
    /// A single content.
    static func only(_ content: Content) -> ContentWeights {
        ContentWeights(
            texture: content == .texture ? 1 : 0, cutPaste: content == .cutPaste ? 1 : 0,
            warp: content == .warp ? 1 : 0, stain: content == .stain ? 1 : 0, noise: content == .noise ? 1 : 0,
            blur: content == .blur ? 1 : 0, shift: content == .shift ? 1 : 0,
            background: content == .background ? 1 : 0)
    }
}

/// A toy training set in memory, with everything needed to train on it: five woven images of 24 x 16.
struct TrainingFixture {
    static let width = 24, height = 16
    static let original = PackedImage.Original(width: 48, height: 32, bitDepth: 8, format: .png, colour: .rgb)
    static let files = Dictionary(
        uniqueKeysWithValues: (0..<5).map { index in
            let image = CorruptionTestImages.weave(width: width, height: height, seed: UInt64(index + 1))
            return ("image \(index)", PackedImage(image, original: original).bytes)
        })
    static let entries = (0..<5).map { TrainingImages.Entry(path: "image \($0)", identity: 1000 + UInt64($0)) }

    var augmentation = Augmentation(flipHorizontal: true, flipVertical: true, shift: 0.1, brightness: 0.05)
    var parameters = TrainingParameters(
        steps: 8, batchSize: 3, learningRate: 2e-3, finalLearningRate: 1e-4, warmupSteps: 2, lambda: 0.6, seed: 7,
        stepsPerShard: 4, noise: 0.01, averageDecay: 0.9)
    var baseWidth = 4
    var input = NetworkInput.pixels

    static func images(cacheBytes: Int = 1 << 30) throws -> TrainingImages {
        try TrainingImages(entries, cacheBytes: cacheBytes) { path in files[path] ?? [] }
    }

    var network: NetworkDescription { NetworkArchitecture.sdcCCM.description(baseWidth: baseWidth) }

    func builder(_ images: TrainingImages) -> CorruptionShardBuilder {
        CorruptionShardBuilder(
            images: images, model: CorruptionModel(parameters: CorruptionParameters(), normals: images, textures: nil),
            augmentation: augmentation, seed: parameters.seed, batchSize: parameters.batchSize)
    }

    func trainer(
        _ images: TrainingImages, engine kind: NetworkEngine.Kind = .onednn, threads: Int = 2
    ) throws -> Trainer {
        let engine = try NetworkEngine(
            kind, network: network, height: Self.height, width: Self.width, purpose: .training, threads: threads)
        return Trainer(
            engine: engine, images: images, augmentation: augmentation, parameters: parameters,
            normalization: PixelNormalization(mean: [0.4, 0.5, 0.6], deviation: 0.2), input: input)
    }
}
