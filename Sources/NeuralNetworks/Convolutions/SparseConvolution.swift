import Tensors

/// A dilated convolution computed per kernel element, over the part of the image that the element reaches. oneDNN has
/// no fast kernel for large dilations (its reference code is hundreds of times slower), and at a dilation as large as
/// the image only the central element contributes.
final class SparseConvolution: ConvolutionKernel {
    private let geometry: ConvolutionGeometry
    private let shape: FloatKernels.SparseShape
    private let flippedShape: FloatKernels.SparseShape
    private let padded: PaddedWeights
    private let precision: Precision
    private let kernels: TensorKernels

    private let rows: AlignedBuffer<Float>
    private let bias: AlignedBuffer<Float>
    private let weights: AlignedBuffer<Float>
    private let flippedWeights: AlignedBuffer<Float>
    private let gradientRows: AlignedBuffer<Float>
    private var memories: [ConvolutionMemory?]

    /// From a dilation of half the side, fewer than half of the kernel's elements reach the image on average.
    static func isBetter(for geometry: ConvolutionGeometry) -> Bool {
        fits(geometry) && 2 * geometry.convolution.dilation >= min(geometry.inputHeight, geometry.inputWidth)
    }

    static func fits(_ geometry: ConvolutionGeometry) -> Bool {
        geometry.convolution.kernelSize == 3 && geometry.convolution.stride == 1 && !geometry.isPlanarSource
    }

    init(_ geometry: ConvolutionGeometry, block: Int, precision: Precision, workerCount: Int) {
        self.geometry = geometry
        self.precision = precision
        kernels = TensorKernels(precision: precision)
        let convolution = geometry.convolution
        shape = FloatKernels.SparseShape(
            inputChannels: geometry.inputChannels, outputChannels: geometry.outputChannels,
            height: geometry.inputHeight,
            width: geometry.inputWidth, kernelSize: convolution.kernelSize, dilation: convolution.dilation, block: block
        )
        var flipped = shape
        (flipped.inputChannels, flipped.outputChannels) = (shape.outputChannels, shape.inputChannels)
        flippedShape = flipped
        padded = PaddedWeights(geometry)
        rows = AlignedBuffer(count: padded.weightCount)
        bias = AlignedBuffer(count: padded.biasCount)
        weights = AlignedBuffer(count: padded.weightCount)
        flippedWeights = AlignedBuffer(count: geometry.sourceGradient == nil ? 0 : padded.weightCount)
        gradientRows = AlignedBuffer(count: geometry.isTrained ? padded.weightCount : 0)
        memories = Array(repeating: nil, count: workerCount)
    }

    var kernelNames: [String] {
        ["sparse", geometry.sourceGradient == nil ? "-" : "sparse", geometry.isTrained ? "sparse" : "-"]
    }

    private var sourceCount: Int { shape.inputChannels * shape.height * shape.width }
    private var destinationCount: Int { shape.outputChannels * shape.height * shape.width }
    // bfloat16 tensors are converted to float32 in scratch memory. They are small: this happens at the lowest
    // resolution only.
    var scratchBytes: Int { precision == .float32 ? 0 : (sourceCount + destinationCount) * MemoryLayout<Float>.size }
    var gradientCount: Int { padded.weightCount + padded.biasCount }

    func bind(slot: Int, memory: ConvolutionMemory) { memories[slot] = memory }

    func load(parameters: UnsafePointer<Float>, worker: Int) {
        padded.expand(parameters, weights: rows.pointer, bias: bias.pointer)
        let area = shape.kernelSize * shape.kernelSize
        let (inputs, outputs, block) = (shape.inputChannels, shape.outputChannels, shape.block)
        for output in 0..<outputs {
            for input in 0..<inputs {
                let from = rows.pointer + (output * inputs + input) * area
                for element in 0..<area {
                    weights.pointer[place(output, element, input, inputs, area, block)] = from[element]
                    if flippedWeights.count > 0 {
                        flippedWeights.pointer[place(input, area - 1 - element, output, outputs, area, block)] =
                            from[element]
                    }
                }
            }
        }
    }

    /// The index in the layout [output block][element][input][lane of the output].
    private func place(_ output: Int, _ element: Int, _ input: Int, _ inputs: Int, _ area: Int, _ block: Int) -> Int {
        ((output / block * area + element) * inputs + input) * block + output % block
    }

    func forward(slot: Int) {
        let memory = memories[slot]!
        let (source, destination) = asFloat(memory.source, memory.destination, memory.scratch, load: (true, false))
        FloatKernels.sparseConvolution(
            source, weights: weights.pointer, bias: bias.pointer, output: destination, add: false, shape: shape)
        geometry.convolution.activation.apply(to: destination, count: destinationCount)
        if precision == .bfloat16 { kernels.store(destination, to: memory.destination, count: destinationCount) }
    }

    func weightGradient(slot: Int, to gradient: UnsafeMutablePointer<Float>) {
        let memory = memories[slot]!
        let (source, outputGradient) = asFloat(
            memory.source, memory.destinationGradient!, memory.weightScratch, load: (true, true))
        FloatKernels.sparseWeightGradient(
            source, outputGradient: outputGradient, weightGradient: gradient,
            biasGradient: gradient + padded.weightCount, shape: shape)
    }

    func dataGradient(slot: Int) {
        guard let use = geometry.sourceGradient, let memory = memories[slot] else { return }
        let (sourceGradient, outputGradient) = asFloat(
            memory.sourceGradient!, memory.destinationGradient!, memory.scratch, load: (use == .accumulate, true))
        FloatKernels.sparseConvolution(
            outputGradient, weights: flippedWeights.pointer, bias: nil, output: sourceGradient, add: use == .accumulate,
            shape: flippedShape)
        if precision == .bfloat16 { kernels.store(sourceGradient, to: memory.sourceGradient!, count: sourceCount) }
    }

    func store(gradient: UnsafeMutablePointer<Float>, to parameters: UnsafeMutablePointer<Float>, worker: Int) {
        let area = shape.kernelSize * shape.kernelSize
        let (inputs, outputs, block) = (shape.inputChannels, shape.outputChannels, shape.block)
        for output in 0..<outputs {
            for input in 0..<inputs {
                let to = gradientRows.pointer + (output * inputs + input) * area
                for element in 0..<area { to[element] = gradient[place(output, element, input, inputs, area, block)] }
            }
        }
        padded.collect(weights: gradientRows.pointer, bias: gradient + padded.weightCount, into: parameters)
    }

    /// Returns both tensors as float32: the tensors themselves, or copies in scratch memory. `load` selects the tensors
    /// to copy.
    private func asFloat(
        _ source: UnsafeMutableRawPointer, _ destination: UnsafeMutableRawPointer,
        _ scratch: UnsafeMutableRawPointer, load: (Bool, Bool)
    ) -> (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) {
        if precision == .float32 {
            return (source.assumingMemoryBound(to: Float.self), destination.assumingMemoryBound(to: Float.self))
        }
        let first = scratch.assumingMemoryBound(to: Float.self)
        let second = first + sourceCount
        // The blocked tensor is treated as one long channel, because the order of values does not matter for a copy.
        if load.0 { kernels.unpack(source, to: first, channels: 1, pixels: sourceCount, block: 1) }
        if load.1 { kernels.unpack(destination, to: second, channels: 1, pixels: destinationCount, block: 1) }
        return (first, second)
    }
}
