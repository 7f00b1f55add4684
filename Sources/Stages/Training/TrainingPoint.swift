import NeuralNetworks

/// One step of `training.json`.
struct TrainingPoint: Codable {
    var step: Int
    var loss, outside, inside: Double
    var learningRate: Float

    init(_ point: Checkpoint.Point) {
        (step, learningRate) = (point.step, point.learningRate)
        (loss, outside, inside) = (point.loss.total, point.loss.outside, point.loss.inside)
    }
}
