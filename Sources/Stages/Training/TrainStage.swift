import AnomalyDetection
import Pipeline

/// Runs one training shard of an autoencoder.
package struct TrainStage: Stage {
    package static let name = "train"
    /// History: 4 = gradients of batches of more than eight images are summed in up to 32 shards.
    package static let version = 4

    var network: NetworkSettings
    var samples: SampleSettings
    var training: OptimiserSettings
    var engine: EngineChoice

    package init(
        network: NetworkSettings, samples: SampleSettings, training: OptimiserSettings, engine: EngineChoice
    ) {
        (self.network, self.samples, self.training) = (network, samples, training)
        self.engine = engine
    }

    package var outputs: [String] { ["checkpoint"] }

    package func run(_ context: TaskContext) throws {
        try ShardTraining(
            network: network.description, input: network.input, samples: samples, training: training, engine: engine
        ).run(context)
    }
}

extension Trainer {
    /// A loss with three significant digits.
    static func readable(_ loss: Double) -> String {
        guard loss > 0, loss.isFinite else { return "\(loss)" }
        var value = loss, exponent = 0
        while value < 1 { (value, exponent) = (value * 10, exponent - 1) }
        while value >= 10 { (value, exponent) = (value / 10, exponent + 1) }
        let digits = (value * 100).rounded() / 100
        return exponent == 0 ? "\(digits)" : "\(digits)e\(exponent)"
    }
}
