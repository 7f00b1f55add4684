/// What a node of an inference network computes.
public enum InferenceOperation: Sendable, Equatable {
    /// One input, or a second one that is added before clipping.
    case convolution(InferenceConvolution)
    case clip(ClosedRange<Float>)
    /// factor * value + offset by channel: a batch norm that no convolution precedes.
    case scale(factors: [Float], offsets: [Float])
    case add
    case maxPool(InferenceWindow)
    /// `countsPadding`: the padding counts as zeros; else only what is there is averaged.
    case averagePool(InferenceWindow, countsPadding: Bool)
    /// The mean of each channel.
    case globalAverage
    /// Any number of inputs, by channel.
    case concatenate

    var parameterCount: Int {
        switch self {
        case .convolution(let convolution): convolution.weights.count + convolution.bias.count
        case .scale(let factors, let offsets): factors.count + offsets.count
        default: 0
        }
    }

    public var name: String {
        switch self {
        case .convolution: "convolution"
        case .clip: "clip"
        case .scale: "scale"
        case .add: "add"
        case .maxPool: "max pool"
        case .averagePool: "average pool"
        case .globalAverage: "global average"
        case .concatenate: "concatenate"
        }
    }

    /// The inputs that it takes.
    var inputCounts: ClosedRange<Int> {
        switch self {
        case .convolution: 1...2
        case .add: 2...2
        case .concatenate: 1...1024
        default: 1...1
        }
    }
}

public struct InferenceConvolution: Sendable, Equatable {
    public var inputChannels, outputChannels, groups: Int
    public var window: InferenceWindow
    /// In the order output, input of the group, y, x.
    public var weights: [Float]
    public var bias: [Float]
    /// Applied last.
    public var clip: ClosedRange<Float>?

    public init(
        inputChannels: Int, outputChannels: Int, groups: Int = 1, window: InferenceWindow, weights: [Float],
        bias: [Float]? = nil, clip: ClosedRange<Float>? = nil
    ) {
        (self.inputChannels, self.outputChannels, self.groups) = (inputChannels, outputChannels, groups)
        (self.window, self.weights, self.clip) = (window, weights, clip)
        self.bias = bias ?? [Float](repeating: 0, count: outputChannels)
    }

    var weightCount: Int {
        outputChannels * (inputChannels / groups) * window.kernelHeight * window.kernelWidth
    }
}

extension ClosedRange<Float> {
    /// What ReLU leaves. The upper end is the largest number, as infinity is none that a library need take.
    public static var relu: ClosedRange<Float> { 0...Float.greatestFiniteMagnitude }
    public static var relu6: ClosedRange<Float> { 0...6 }
}
