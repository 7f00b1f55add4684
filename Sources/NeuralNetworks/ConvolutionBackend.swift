import Tensors

/// What differs between engines: how convolutions are computed and in which layout tensors are stored.
protocol ConvolutionBackend: AnyObject {
    var name: String { get }
    /// Channels that lie side by side; 1 = channel-major images. Groups of channels are padded to multiples of it.
    var block: Int { get }
    var precision: Precision { get }
    /// Compiles a convolution for images of a size.
    func makeConvolution(_ geometry: ConvolutionGeometry) throws(TensorError) -> any ConvolutionKernel
}

/// A convolution at a size, with the channel padding of the layout.
struct ConvolutionGeometry {
    var convolution: NetworkDescription.Convolution
    var inputHeight, inputWidth: Int
    /// For every padded channel its real one, or nil for padding.
    var inputChannelMap, outputChannelMap: [Int?]
    /// The source is the image itself: channel-major, not padded.
    var isPlanarSource: Bool
    /// The gradient of the source is added to what is there; nil = it is not wanted.
    var sourceGradient: GradientUse?
    var isTrained: Bool

    enum GradientUse { case write, accumulate }

    var outputHeight: Int { inputHeight / convolution.stride }
    var outputWidth: Int { inputWidth / convolution.stride }
    var inputChannels: Int { inputChannelMap.count }
    var outputChannels: Int { outputChannelMap.count }
}

/// One worker's memory for a convolution.
struct ConvolutionMemory {
    var source, destination: UnsafeMutableRawPointer
    /// Present when training; the source's only where it is wanted.
    var sourceGradient, destinationGradient: UnsafeMutableRawPointer?
    var scratch: UnsafeMutableRawPointer
}

/// A compiled convolution. Workers use it at the same time, each on its own memory.
protocol ConvolutionKernel: AnyObject {
    /// What the kernels are called, for reports: forward, data gradient, weight gradient.
    var kernelNames: [String] { get }
    var scratchBytes: Int { get }
    /// Floats of one shard of gradients, in the kernel's own layout.
    var gradientCount: Int { get }

    func bind(worker: Int, memory: ConvolutionMemory) throws(TensorError)
    /// Takes weights and bias from the vector of all parameters.
    func load(parameters: UnsafePointer<Float>)
    /// Source to destination, activation included.
    func forward(worker: Int)
    /// The gradient before the activation is in the destination's gradient: writes the gradient of the parameters to
    /// `gradient` and, where wanted, the gradient of the source.
    func weightGradient(worker: Int, to gradient: UnsafeMutablePointer<Float>)
    func dataGradient(worker: Int)
    /// Writes a summed gradient, in the kernel's layout, to its place in the vector of all parameters.
    func store(gradient: UnsafeMutablePointer<Float>, to parameters: UnsafeMutablePointer<Float>)
}
