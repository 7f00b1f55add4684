import Tensors

/// The engine-specific part of a network: its convolutions and its tensor layout.
protocol ConvolutionBackend: AnyObject {
    var name: String { get }
    /// The number of interleaved channels; 1 means channel-major. Channel groups are padded to multiples of it.
    var block: Int { get }
    var precision: Precision { get }
    /// Compiles a convolution for one image size.
    func makeConvolution(_ geometry: ConvolutionGeometry) throws(TensorError) -> any ConvolutionKernel
}

/// A convolution at one image size, with the channel padding of the layout.
struct ConvolutionGeometry {
    var convolution: NetworkDescription.Convolution
    var inputHeight, inputWidth: Int
    /// The real channel of each padded channel; nil for padding.
    var inputChannelMap, outputChannelMap: [Int?]
    /// True if the source is the image: channel-major and not padded.
    var isPlanarSource: Bool
    /// Writes or accumulates the gradient of the source; nil if that gradient is not needed.
    var sourceGradient: GradientUse?
    var isTrained: Bool

    enum GradientUse { case write, accumulate }

    var outputHeight: Int { inputHeight / convolution.stride }
    var outputWidth: Int { inputWidth / convolution.stride }
    var inputChannels: Int { inputChannelMap.count }
    var outputChannels: Int { outputChannelMap.count }
}

extension NetworkDescription.Activation {
    /// Applies the activation in place to float32 values.
    func apply(to values: UnsafeMutablePointer<Float>, count: Int) {
        switch self {
        case .none: break
        case .elu: FloatKernels.elu(values, count: count)
        case .sigmoid: FloatKernels.sigmoid(values, count: count)
        }
    }
}

/// The memory of a convolution for one sample in work.
struct ConvolutionMemory {
    var source, destination: UnsafeMutableRawPointer
    /// Nil in inference. The source's gradient is also nil if it is not needed.
    var sourceGradient, destinationGradient: UnsafeMutableRawPointer?
    /// Scratch memory of `forward` and `dataGradient`, and of `weightGradient`, which runs beside them.
    var scratch, weightScratch: UnsafeMutableRawPointer
}

/// A compiled convolution. Threads use it concurrently, each with the memory of another slot; one may compute the data
/// gradient of a slot and another its weight gradient.
protocol ConvolutionKernel: AnyObject {
    /// Kernel names for reports: forward, data gradient, weight gradient.
    var kernelNames: [String] { get }
    var scratchBytes: Int { get }
    /// The number of floats in one gradient shard, in the kernel's own layout.
    var gradientCount: Int { get }

    func bind(slot: Int, memory: ConvolutionMemory) throws(TensorError)
    /// Copies weights and bias from the vector of all parameters, on a worker's thread.
    func load(parameters: UnsafePointer<Float>, worker: Int)
    /// Computes the destination from the source, including the activation.
    func forward(slot: Int)
    /// Writes the gradient of the parameters to `gradient`. The destination's gradient must be that before the
    /// activation.
    func weightGradient(slot: Int, to gradient: UnsafeMutablePointer<Float>)
    func dataGradient(slot: Int)
    /// Copies a summed gradient from the kernel's layout to its place in the vector of all parameters.
    func store(gradient: UnsafeMutablePointer<Float>, to parameters: UnsafeMutablePointer<Float>, worker: Int)
}

/// Converts weights between their real shape and the padded shape of a blocked layout. Padding channels have zero
/// weights, so their activations and gradients stay zero.
struct PaddedWeights {
    private let weightSources: [Int32]  // index of each real weight in the padded weights
    private let biasSources: [Int32]
    let weightCount: Int
    let biasCount: Int
    private let parameterOffset: Int

    init(_ geometry: ConvolutionGeometry) {
        let convolution = geometry.convolution
        let area = convolution.kernelSize * convolution.kernelSize
        let inputs = PaddedWeights.places(geometry.inputChannelMap, real: convolution.inputChannels)
        let outputs = PaddedWeights.places(geometry.outputChannelMap, real: convolution.outputChannels)
        var places: [Int32] = []
        places.reserveCapacity(convolution.weightCount)
        for output in outputs {
            for input in inputs {
                let start = (output * geometry.inputChannels + input) * area
                for element in 0..<area { places.append(Int32(start + element)) }
            }
        }
        weightSources = places
        biasSources = outputs.map(Int32.init)
        weightCount = geometry.outputChannels * geometry.inputChannels * area
        biasCount = geometry.outputChannels
        parameterOffset = convolution.parameterOffset
    }

    private static func places(_ map: [Int?], real: Int) -> [Int] {
        var places = Array(repeating: 0, count: real)
        for (padded, channel) in map.enumerated() { if let channel { places[channel] = padded } }
        return places
    }

    /// Copies real parameters to padded rows. Padding is left unchanged (zero).
    func expand(
        _ parameters: UnsafePointer<Float>, weights: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>
    ) {
        var source = parameters + parameterOffset
        for place in weightSources {
            weights[Int(place)] = source.pointee
            source += 1
        }
        for place in biasSources {
            bias[Int(place)] = source.pointee
            source += 1
        }
    }

    /// Copies padded rows to real parameters: the transpose of `expand`.
    func collect(
        weights: UnsafePointer<Float>, bias: UnsafePointer<Float>, into parameters: UnsafeMutablePointer<Float>
    ) {
        var target = parameters + parameterOffset
        for place in weightSources {
            target.pointee = weights[Int(place)]
            target += 1
        }
        for place in biasSources {
            target.pointee = bias[Int(place)]
            target += 1
        }
    }
}
