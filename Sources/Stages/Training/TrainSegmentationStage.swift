import NeuralNetworks
import Pipeline

/// Runs one training shard of a segmentation network beside a trained autoencoder, which stays as it is.
///
/// Inputs: those of `TrainStage`, and `autoencoder`, its checkpoint.
package struct TrainSegmentationStage: Stage {
    package static let name = "trainSegmentation"
    /// History: 2 = gradients of batches of more than eight images are summed in up to 32 shards.
    package static let version = 2

    var network: NetworkSettings
    var segmentation: SegmentationSettings
    var samples: SampleSettings
    var training: OptimiserSettings
    var engine: EngineChoice

    package init(
        network: NetworkSettings, segmentation: SegmentationSettings, samples: SampleSettings,
        training: OptimiserSettings, engine: EngineChoice
    ) {
        (self.network, self.segmentation, self.samples) = (network, segmentation, samples)
        (self.training, self.engine) = (training, engine)
    }

    package var outputs: [String] { ["checkpoint"] }

    package func run(_ context: TaskContext) throws {
        let trained = try Checkpoint(bytes: try context.read("autoencoder"), name: "\(context.task) autoencoder")
        let order = EngineCache.Order.scoring(engine, network.description, samples.grid, threads: context.threads)
        try context.shared(EngineCache.self).withEngine(order) { autoencoder in
            try autoencoder.load(trained.state.modelParameters)
            try ShardTraining(
                network: segmentation.description, input: network.input, samples: samples, training: training,
                engine: engine
            ).run(context, beside: autoencoder)
        }
    }
}
