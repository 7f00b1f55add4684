/// `training`: optimisation by Adam with warm-up and cosine decay.
public struct TrainingSection: Sendable, Equatable {
    public var steps: Int
    /// Where training ends before its schedule does; nil for the end.
    public var stopAfter: Int?
    /// Images per step.
    public var batchSize: Int
    /// Learning rate at the end of the warm-up.
    public var learningRate: Double
    /// Fewer than `steps`.
    public var warmupSteps: Int
    /// At most `learningRate`.
    public var finalLearningRate: Double
    /// Weight of the corrupted pixels in the loss, 0 to 1.
    public var lambda: Double
    /// At least one; exactly one in the manifest of a ``JobCase``.
    public var seeds: [UInt64]
    /// Checkpoints at the end of training that the model is chosen from.
    public var candidates: Int
    /// Steps between two checkpoints.
    public var stepsPerShard: Int
    /// Standard deviation of the noise on input and target, grey values from 0 to 1; 0 is off.
    public var noise: Double
    /// Decay per step of the moving average of the weights; 0 is off.
    public var averageDecay: Double
    /// The longest gradient that is taken as it is, a longer one is shortened; 0 is off.
    public var gradientNorm: Double

    /// The seed of a case: the first of `seeds`.
    public var seed: UInt64 { seeds[0] }

    /// - Parameter object: the section of a resolved manifest.
    public init(_ object: JSONValue) {
        steps = object.whole("steps")
        stopAfter = object["stopAfter"].map { _ in object.whole("stopAfter") }
        batchSize = object.whole("batchSize")
        learningRate = object.decimal("learningRate")
        warmupSteps = object.whole("warmupSteps")
        finalLearningRate = object.decimal("finalLearningRate")
        lambda = object.decimal("lambda")
        seeds = (object["seeds"]?.elements ?? [object.member("seed")]).map { UInt64($0.integer ?? 0) }
        candidates = object.whole("candidates")
        stepsPerShard = object.whole("stepsPerShard")
        noise = object.decimal("noise")
        averageDecay = object.decimal("averageDecay")
        gradientNorm = object.decimal("gradientNorm")
    }
}
