/// `training`: optimisation by Adam with warm-up and cosine decay.
public struct TrainingSection: Sendable, Equatable {
    public var steps: Int
    /// The step after which training stops before the end of its schedule.
    public var stopAfter: Int?
    /// Images per step.
    public var batchSize: Int
    /// The learning rate at the end of the warm-up.
    public var learningRate: Double
    /// Fewer than `steps`.
    public var warmupSteps: Int
    /// At most `learningRate`.
    public var finalLearningRate: Double
    /// The weight of corrupted pixels in the loss, 0 to 1.
    public var lambda: Double
    /// At least one, and exactly one in the manifest of a ``JobCase``.
    public var seeds: [UInt64]
    /// The number of final checkpoints among which the model is selected.
    public var candidates: Int
    /// The number of steps between two checkpoints.
    public var stepsPerShard: Int
    /// The standard deviation of the noise on input and target, for grey values from 0 to 1; 0 disables it.
    public var noise: Double
    /// The decay per step of the moving average of the weights; 0 disables it.
    public var averageDecay: Double
    /// The maximum norm of the gradient, to which larger ones are clipped; 0 disables clipping.
    public var gradientNorm: Double

    /// The seed of a case: the first of `seeds`.
    public var seed: UInt64 { seeds[0] }

    /// - Parameter object: the section of the resolved manifest.
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

/// `network`: the autoencoder.
public struct NetworkSection: Sendable, Equatable {
    public enum Architecture: String, Sendable, CaseIterable {
        /// An encoder-decoder with stacked dilated convolutions.
        case sdc
        /// `sdc` with convex combination modules as skip connections.
        case sdcCCM = "sdc-ccm"
    }

    public enum Input: String, Sendable, CaseIterable {
        case pixels
        case localContrast
    }

    public var architecture: Architecture
    /// The number of channels of the first layer.
    public var baseWidth: Int
    /// The network sees images averaged over squares of this many pixels on a side: 1, 2 or 4.
    public var reduction: Int
    public var input: Input

    /// - Parameter object: the section of the resolved manifest.
    public init(_ object: JSONValue) {
        architecture = object.choice("architecture")
        baseWidth = object.whole("baseWidth")
        reduction = object.whole("reduction")
        input = object.choice("input")
    }
}

/// `engine`: the implementation and arithmetic of the network.
public struct EngineSection: Sendable, Equatable {
    /// `auto` selects the fastest engine for the processor.
    public enum Name: String, Sendable, CaseIterable {
        case auto
        case onednn
        case openblas
    }

    /// The arithmetic of convolutions; `auto` selects bfloat16 on processors with native support.
    public enum Precision: String, Sendable, CaseIterable {
        case float32
        case bfloat16
        case auto
    }

    public var name: Name
    public var precision: Precision

    /// - Parameter object: the section of the resolved manifest.
    public init(_ object: JSONValue) {
        name = object.choice("name")
        precision = object.choice("precision")
    }
}
