import Tensors

/// Convolutions by oneDNN, or by kernels of this program that are faster. All tensors use oneDNN's blocked layout.
final class OneDNNBackend: ConvolutionBackend {
    let name = "onednn"
    let block = OneDNN.blockSize
    let precision: Precision
    /// One stream per slot, and another one for its weight gradients.
    private let library: OneDNNLibrary
    private let workerCount: Int

    init(precision: Precision, workerCount: Int) throws(TensorError) {
        self.precision = precision
        self.workerCount = workerCount
        library = try OneDNNLibrary(streamCount: 2 * workerCount)
    }

    func makeConvolution(_ geometry: ConvolutionGeometry) throws(TensorError) -> any ConvolutionKernel {
        if SparseConvolution.isBetter(for: geometry) {
            return SparseConvolution(geometry, block: block, precision: precision, workerCount: workerCount)
        }
        if NarrowConvolution.fits(geometry, precision: precision) {
            return NarrowConvolution(geometry, block: block, workerCount: workerCount)
        }
        if WinogradConvolution.isBetter(for: geometry, block: block, precision: precision) {
            return WinogradConvolution(geometry, block: block, workerCount: workerCount)
        }
        let kernel = try OneDNNKernel(geometry, library, precision: precision, workerCount: workerCount)
        // Reference code is hundreds of times slower than any other kernel.
        if kernel.usesReferenceCode, SparseConvolution.fits(geometry) {
            return SparseConvolution(geometry, block: block, precision: precision, workerCount: workerCount)
        }
        return kernel
    }
}

/// A convolution compiled by oneDNN for the forward pass and both gradients.
final class OneDNNKernel: ConvolutionKernel {
    private let library: OneDNNLibrary
    private let forwardConvolution: OneDNNConvolution
    private let weightConvolution: OneDNNConvolution?
    private let dataConvolution: OneDNNConvolution?
    /// True if the data gradient is computed as a forward convolution of the output's gradient with rotated and
    /// transposed weights, which requires stride 1. Unlike oneDNN's data gradient, this kernel can accumulate.
    private let isDataGradientForward: Bool
    private let accumulatesInScratch: Bool
    /// True if the convolution runs in float32 and its output is converted: oneDNN has no bfloat16 kernel for images of
    /// three channels.
    private let convertsOutput: Bool
    private let geometry: ConvolutionGeometry
    private let padded: PaddedWeights
    private let kernels: TensorKernels

    private let rows: AlignedBuffer<Float>
    private let flippedRows: AlignedBuffer<Float>?
    private let bias: AlignedBuffer<Float>
    private let weights: AlignedBuffer<UInt8>
    private let dataWeights: AlignedBuffer<UInt8>?
    private let loadWeights: OneDNNReorder
    private let loadDataWeights: OneDNNReorder?
    private let gradientRows: AlignedBuffer<Float>
    private let packedGradient: AlignedBuffer<UInt8>
    private let storeGradient: OneDNNReorder?

    private var forwardCalls: [OneDNNCall?]
    private var weightCalls: [OneDNNCall?]
    private var dataCalls: [OneDNNCall?]
    private var memories: [ConvolutionMemory?]

    init(
        _ geometry: ConvolutionGeometry, _ library: OneDNNLibrary, precision: Precision, workerCount: Int
    ) throws(TensorError) {
        self.geometry = geometry
        self.library = library
        kernels = TensorKernels(precision: precision)
        let convolution = geometry.convolution
        var shape = OneDNNConvolution.Shape(
            inputChannels: geometry.inputChannels, outputChannels: geometry.outputChannels,
            inputHeight: geometry.inputHeight, inputWidth: geometry.inputWidth, kernelSize: convolution.kernelSize,
            stride: convolution.stride, dilation: convolution.dilation, padding: convolution.padding)
        shape.planarSource = geometry.isPlanarSource
        convertsOutput = geometry.isPlanarSource && precision == .bfloat16
        shape.precision = convertsOutput ? .float32 : precision
        let plain = shape
        shape.activation =
            switch convolution.activation {
            case .none: .none
            case .elu: .elu
            case .sigmoid: .sigmoid
            }
        forwardConvolution = try OneDNNConvolution(library, .forward, shape)
        var flippedConvolution: OneDNNConvolution?
        if geometry.sourceGradient != nil, convolution.stride == 1 {
            var flipped = plain
            (flipped.inputChannels, flipped.outputChannels) = (plain.outputChannels, plain.inputChannels)
            flipped.accumulate = geometry.sourceGradient == .accumulate
            let candidate = try OneDNNConvolution(library, .forward, flipped)
            // For some widths and dilations oneDNN has a fast data gradient but no fast forward kernel.
            flippedConvolution = candidate.isReference ? nil : candidate
        }
        isDataGradientForward = flippedConvolution != nil
        accumulatesInScratch = !isDataGradientForward && geometry.sourceGradient == .accumulate
        dataConvolution =
            if geometry.sourceGradient == nil { nil } else if let flippedConvolution { flippedConvolution } else {
                try OneDNNConvolution(library, .backwardData, plain)
            }
        weightConvolution = geometry.isTrained ? try OneDNNConvolution(library, .backwardWeights, plain) : nil

        padded = PaddedWeights(geometry)
        rows = AlignedBuffer(count: padded.weightCount)
        bias = AlignedBuffer(count: max(padded.biasCount, geometry.inputChannels))
        weights = AlignedBuffer(count: forwardConvolution.weightsBytes)
        loadWeights = try OneDNNReorder(
            forwardConvolution, library, fromRows: true, rows: rows.pointer,
            weights: UnsafeMutableRawPointer(weights.pointer))
        if let dataConvolution {
            let flippedRows = isDataGradientForward ? AlignedBuffer<Float>(count: padded.weightCount) : nil
            let dataWeights = AlignedBuffer<UInt8>(count: dataConvolution.weightsBytes)
            (self.flippedRows, self.dataWeights) = (flippedRows, dataWeights)
            loadDataWeights = try OneDNNReorder(
                dataConvolution, library, fromRows: true, rows: (flippedRows ?? rows).pointer,
                weights: UnsafeMutableRawPointer(dataWeights.pointer))
        } else {
            (flippedRows, dataWeights, loadDataWeights) = (nil, nil, nil)
        }
        gradientRows = AlignedBuffer(count: geometry.isTrained ? padded.weightCount : 0)
        packedGradient = AlignedBuffer(count: weightConvolution?.weightsBytes ?? 0)
        storeGradient =
            if let weightConvolution {
                try OneDNNReorder(
                    weightConvolution, library, fromRows: false, rows: gradientRows.pointer,
                    weights: UnsafeMutableRawPointer(packedGradient.pointer))
            } else { nil }
        forwardCalls = Array(repeating: nil, count: workerCount)
        weightCalls = Array(repeating: nil, count: workerCount)
        dataCalls = Array(repeating: nil, count: workerCount)
        memories = Array(repeating: nil, count: workerCount)
    }

    var usesReferenceCode: Bool {
        [forwardConvolution, dataConvolution, weightConvolution].contains { $0?.isReference == true }
    }

    var kernelNames: [String] {
        [forwardConvolution, dataConvolution, weightConvolution].map { $0?.kernelName ?? "-" }
    }

    private var sourceBytes: Int {
        geometry.inputChannels * geometry.inputHeight * geometry.inputWidth * kernels.precision.bytes
    }

    private var libraryScratchBytes: Int {
        let bytes = [forwardConvolution, dataConvolution, weightConvolution].map { $0?.scratchBytes ?? 0 }
        return (bytes.max()! + 63) / 64 * 64
    }

    private var destinationCount: Int { geometry.outputChannels * geometry.outputHeight * geometry.outputWidth }

    var scratchBytes: Int {
        libraryScratchBytes + (accumulatesInScratch ? sourceBytes : 0)
            + (convertsOutput ? destinationCount * MemoryLayout<Float>.size : 0)
    }

    /// The float32 output of the first convolution, or its gradient, in scratch memory.
    private func unconverted(_ scratch: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Float> {
        (scratch + libraryScratchBytes).assumingMemoryBound(to: Float.self)
    }

    private var packedCount: Int { (weightConvolution?.weightsBytes ?? 0) / MemoryLayout<Float>.size }
    var gradientCount: Int { packedCount + padded.biasCount }

    func bind(slot: Int, memory: ConvolutionMemory) throws(TensorError) {
        memories[slot] = memory
        forwardCalls[slot] = try OneDNNCall(
            forwardConvolution, library, stream: slot, source: memory.source,
            weights: UnsafeMutableRawPointer(weights.pointer), bias: UnsafeMutableRawPointer(bias.pointer),
            destination: convertsOutput ? UnsafeMutableRawPointer(unconverted(memory.scratch)) : memory.destination,
            scratch: memory.scratch)
        guard let weightConvolution, let destinationGradient = memory.destinationGradient else { return }
        // The address of the gradient is set before every call, because it depends on the shard.
        weightCalls[slot] = try OneDNNCall(
            weightConvolution, library, stream: memories.count + slot, source: memory.source,
            weights: UnsafeMutableRawPointer(packedGradient.pointer), bias: UnsafeMutableRawPointer(bias.pointer),
            destination: convertsOutput
                ? UnsafeMutableRawPointer(unconverted(memory.weightScratch)) : destinationGradient,
            scratch: memory.weightScratch)
        guard let dataConvolution, let dataWeights, let sourceGradient = memory.sourceGradient else { return }
        dataCalls[slot] = try OneDNNCall(
            dataConvolution, library, stream: slot, source: destinationGradient,
            weights: UnsafeMutableRawPointer(dataWeights.pointer), bias: UnsafeMutableRawPointer(zeroBias.pointer),
            destination: accumulatesInScratch ? memory.scratch + libraryScratchBytes : sourceGradient,
            scratch: memory.scratch)
    }

    private lazy var zeroBias = AlignedBuffer<Float>(count: geometry.inputChannels)

    func load(parameters: UnsafePointer<Float>, worker: Int) {
        padded.expand(parameters, weights: rows.pointer, bias: bias.pointer)
        loadWeights.run(stream: worker)
        guard let loadDataWeights else { return }
        if let flippedRows {
            let area = geometry.convolution.kernelSize * geometry.convolution.kernelSize
            let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
            for output in 0..<outputs {
                for input in 0..<inputs {
                    let from = rows.pointer + (output * inputs + input) * area
                    let to = flippedRows.pointer + (input * outputs + output) * area
                    for element in 0..<area { to[area - 1 - element] = from[element] }
                }
            }
        }
        loadDataWeights.run(stream: worker)
    }

    func forward(slot: Int) {
        forwardCalls[slot]!.run()
        if convertsOutput, let memory = memories[slot] {
            kernels.store(unconverted(memory.scratch), to: memory.destination, count: destinationCount)
        }
    }

    func weightGradient(slot: Int, to gradient: UnsafeMutablePointer<Float>) {
        let call = weightCalls[slot]!
        if convertsOutput, let memory = memories[slot] {
            kernels.unpack(
                memory.destinationGradient!, to: unconverted(memory.weightScratch), channels: 1,
                pixels: destinationCount, block: 1)
        }
        call.setWeights(UnsafeMutableRawPointer(gradient), bias: UnsafeMutableRawPointer(gradient + packedCount))
        call.run()
    }

    func dataGradient(slot: Int) {
        guard let call = dataCalls[slot], let memory = memories[slot] else { return }
        call.run()
        if accumulatesInScratch {
            kernels.add(
                memory.scratch + libraryScratchBytes, to: memory.sourceGradient!,
                count: sourceBytes / kernels.precision.bytes)
        }
    }

    func store(gradient: UnsafeMutablePointer<Float>, to parameters: UnsafeMutablePointer<Float>, worker: Int) {
        UnsafeMutableRawPointer(packedGradient.pointer).copyMemory(from: gradient, byteCount: packedGradient.count)
        storeGradient?.run(stream: worker)
        padded.collect(weights: gradientRows.pointer, bias: gradient + packedCount, into: parameters)
    }
}
