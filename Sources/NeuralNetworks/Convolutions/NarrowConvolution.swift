import Tensors

/// The convolution to the three channels of the output image, in float32. oneDNN would compute a whole block of sixteen
/// channels; the unused lanes took a tenth of a training step.
final class NarrowConvolution: ConvolutionKernel {
    private let geometry: ConvolutionGeometry
    private let block: Int
    private let kernels: NarrowKernels
    private let padded: PaddedWeights
    private let rows: AlignedBuffer<Float>
    private let bias: AlignedBuffer<Float>
    private let weights: AlignedBuffer<Float>
    private let gradientRows: AlignedBuffer<Float>
    private let gradientBias: AlignedBuffer<Float>
    private var memories: [ConvolutionMemory?]

    static func fits(_ geometry: ConvolutionGeometry, precision: Precision) -> Bool {
        let convolution = geometry.convolution
        return precision == .float32 && convolution.outputChannels == NarrowKernels.outputs
            && convolution.kernelSize == 3 && convolution.stride == 1 && convolution.dilation == 1
            && convolution.activation == .none && !geometry.isPlanarSource && geometry.sourceGradient != .accumulate
    }

    init(_ geometry: ConvolutionGeometry, block: Int, workerCount: Int) {
        self.geometry = geometry
        self.block = block
        kernels = NarrowKernels(
            inputBlocks: geometry.inputChannels / block, height: geometry.inputHeight, width: geometry.inputWidth,
            block: block)
        padded = PaddedWeights(geometry)
        rows = AlignedBuffer(count: padded.weightCount)
        bias = AlignedBuffer(count: padded.biasCount)
        weights = AlignedBuffer(count: NarrowKernels.outputs * 9 * geometry.inputChannels)
        gradientRows = AlignedBuffer(count: geometry.isTrained ? padded.weightCount : 0)
        gradientBias = AlignedBuffer(count: padded.biasCount)
        memories = Array(repeating: nil, count: workerCount)
    }

    var kernelNames: [String] {
        ["narrow", geometry.sourceGradient == nil ? "-" : "narrow", geometry.isTrained ? "narrow" : "-"]
    }

    let scratchBytes = 0
    var gradientCount: Int { weights.count + NarrowKernels.outputs }

    func bind(slot: Int, memory: ConvolutionMemory) { memories[slot] = memory }

    /// The index in the layout [input block][element][output][lane of the input].
    private func place(_ output: Int, _ element: Int, _ input: Int) -> Int {
        ((input / block * 9 + element) * NarrowKernels.outputs + output) * block + input % block
    }

    func load(parameters: UnsafePointer<Float>, worker: Int) {
        padded.expand(parameters, weights: rows.pointer, bias: bias.pointer)
        for output in 0..<NarrowKernels.outputs {
            for input in 0..<geometry.inputChannels {
                for element in 0..<9 {
                    weights.pointer[place(output, element, input)] =
                        rows.pointer[(output * geometry.inputChannels + input) * 9 + element]
                }
            }
        }
    }

    func forward(slot: Int) {
        let memory = memories[slot]!
        kernels.forward(
            memory.source.assumingMemoryBound(to: Float.self), weights: weights.pointer, bias: bias.pointer,
            output: memory.destination.assumingMemoryBound(to: Float.self))
    }

    func weightGradient(slot: Int, to gradient: UnsafeMutablePointer<Float>) {
        let memory = memories[slot]!
        kernels.weightGradient(
            memory.source.assumingMemoryBound(to: Float.self),
            outputGradient: memory.destinationGradient!.assumingMemoryBound(to: Float.self),
            weightGradient: gradient, biasGradient: gradient + weights.count)
    }

    func dataGradient(slot: Int) {
        guard geometry.sourceGradient != nil, let memory = memories[slot] else { return }
        kernels.dataGradient(
            memory.destinationGradient!.assumingMemoryBound(to: Float.self), weights: weights.pointer,
            inputGradient: memory.sourceGradient!.assumingMemoryBound(to: Float.self))
    }

    func store(gradient: UnsafeMutablePointer<Float>, to parameters: UnsafeMutablePointer<Float>, worker: Int) {
        for output in 0..<NarrowKernels.outputs {
            for input in 0..<geometry.inputChannels {
                for element in 0..<9 {
                    gradientRows.pointer[(output * geometry.inputChannels + input) * 9 + element] =
                        gradient[place(output, element, input)]
                }
            }
            gradientBias.pointer[output] = gradient[weights.count + output]
        }
        padded.collect(weights: gradientRows.pointer, bias: gradientBias.pointer, into: parameters)
    }
}
