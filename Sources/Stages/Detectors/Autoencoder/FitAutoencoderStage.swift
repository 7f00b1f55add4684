import AnomalyDetection
import Imaging
import NeuralNetworks
import Pipeline

/// Makes a detector of a trained network: its parameters, and the errors to expect of normal images.
package struct FitAutoencoderStage: Stage {
    package static let name = "autoencoder"
    /// History: 2 = images may be reduced; 3 = the network's input; 4 = levels and contrasts
    /// within the region of interest.
    package static let version = 4
    /// The number of training images to measure; more would not improve the expected error.
    private static let trainingImages = 64

    var network: NetworkSettings
    /// The grid of the images.
    var grid: TileGrid
    /// See `AutoencoderPayload.reduction`.
    var reduction: Int
    var engine: EngineChoice
    var scoring: ScoringParameters

    package init(
        network: NetworkSettings, grid: TileGrid, reduction: Int, engine: EngineChoice, scoring: ScoringParameters
    ) {
        (self.network, self.grid, self.reduction) = (network, grid, reduction)
        (self.engine, self.scoring) = (engine, scoring)
    }

    package var outputs: [String] { ["detector", "training.json"] }

    package func run(_ context: TaskContext) throws {
        let checkpoint = try Checkpoint(bytes: try context.read("checkpoint"), name: "\(context.task) checkpoint")
        var payload = AutoencoderPayload(
            architecture: network.architecture, baseWidth: network.baseWidth, reduction: reduction,
            input: network.input, parameters: checkpoint.state.modelParameters,
            normalization: try context.readJSON(PixelNormalization.self, "normalization"))
        if scoring.normalization != .none { try measure(&payload, context) }
        try context.write(payload.bytes, to: "detector")
        try context.writeJSON(checkpoint.history.map(TrainingPoint.init), to: "training.json")
    }

    private func measure(_ payload: inout AutoencoderPayload, _ context: TaskContext) throws {
        let images = try TrainingImages(context.firstTraining(Self.trainingImages), context, grid)
        let order = EngineCache.Order.scoring(
            engine, network.description, grid.reduced(by: reduction), threads: context.threads)
        try context.shared(EngineCache.self).withEngine(order) { engine in
            func autoencoder() throws -> Autoencoder {
                try Autoencoder(engine: engine, payload, grid: grid, scoring: scoring)
            }
            payload.expectedErrors = try measureExpectedErrors(autoencoder(), images, context)
            if scoring.normalization == .localContrast {
                payload.contrastResponse = try measureContrastResponse(autoencoder(), images, context)
            }
        }
        try images.requireReadable()
    }

    private func measureContrastResponse(
        _ network: Autoencoder, _ images: TrainingImages, _ context: TaskContext
    ) throws -> ContrastResponse {
        var samples = ContrastResponse.Samples()
        for batch in network.batches(of: images.count) {
            try context.checkCancellation()
            network.add(batch.map(images.image), to: &samples)
        }
        return ContrastResponse(samples)
    }

    /// - Throws: `ScoringError` if the network's output is not finite.
    private func measureExpectedErrors(
        _ network: Autoencoder, _ images: TrainingImages, _ context: TaskContext
    ) throws -> [ExpectedError] {
        let (width, height) = (grid.width / reduction, grid.height / reduction)
        var sums = [[Float]](repeating: [Float](repeating: 0, count: width * height), count: scoring.levels)
        // The number of images of which a pixel counts; nil while all pixels of all images do.
        var counts: [Float]?
        for batch in network.batches(of: images.count) {
            try context.checkCancellation()
            for (number, (levels, region)) in zip(batch, network.errors(batch.map(images.image))) {
                if let region {
                    var known = counts ?? [Float](repeating: Float(number), count: width * height)
                    for pixel in region.indices where region[pixel] != 0 { known[pixel] += 1 }
                    counts = known
                } else if let known = counts {
                    counts = known.map { $0 + 1 }
                }
                for (level, error) in levels.enumerated() {
                    for pixel in error.values.indices where region?[pixel] ?? 1 != 0 {
                        sums[level][pixel] += error.values[pixel]
                    }
                }
            }
        }
        guard sums.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
            throw ScoringError.notFinite(task: "\(context.task)")
        }
        return sums.map { sum in
            ExpectedError(
                meanError: FloatMap(
                    width: width, height: height,
                    values: sum.enumerated().map { $1 / max(1, counts?[$0] ?? Float(images.count)) }), counts: counts)
        }
    }
}
