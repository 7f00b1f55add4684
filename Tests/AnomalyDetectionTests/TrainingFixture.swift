import Imaging
import NeuralNetworks

@testable import AnomalyDetection

/// A toy training set in memory: five woven images of 24 x 16, and what it takes to train on them.
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
            normalization: PixelNormalization(mean: [0.4, 0.5, 0.6], deviation: 0.2))
    }
}
