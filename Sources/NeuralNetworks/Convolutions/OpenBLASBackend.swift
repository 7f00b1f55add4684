import Tensors

/// Convolutions as matrix products over gathered patches (im2col). Portable, and the reference for the oneDNN engine.
final class OpenBLASBackend: ConvolutionBackend {
    let name = "openblas"
    let block = 1
    let precision = Precision.float32
    private let workerCount: Int

    init(workerCount: Int) throws(TensorError) {
        try OpenBLAS.load()
        self.workerCount = workerCount
    }

    func makeConvolution(_ geometry: ConvolutionGeometry) -> any ConvolutionKernel {
        OpenBLASKernel(geometry, workerCount: workerCount)
    }
}

/// A convolution as the product of weights (output x patch) and patches (patch x pixels). It processes a band of rows
/// at a time, so that the patches fit into the second-level cache.
final class OpenBLASKernel: ConvolutionKernel {
    private let geometry: ConvolutionGeometry
    private let weights: AlignedBuffer<Float>
    private let bias: AlignedBuffer<Float>
    private let rowsAtOnce: Int
    private var memories: [ConvolutionMemory?]
    /// Nil to compute alone.
    var rounding: ConvolutionRounding?
    /// The measured ranges of each slot.
    private var ranges: [ConvolutionRanges]

    init(_ geometry: ConvolutionGeometry, workerCount: Int) {
        self.geometry = geometry
        weights = AlignedBuffer(count: geometry.convolution.weightCount)
        bias = AlignedBuffer(count: geometry.convolution.outputChannels)
        ranges = Array(repeating: ConvolutionRanges(), count: workerCount)
        memories = Array(repeating: nil, count: workerCount)
        let rowBytes = geometry.convolution.fanIn * geometry.outputWidth * MemoryLayout<Float>.size
        rowsAtOnce = min(geometry.outputHeight, max(1, (512 << 10) / rowBytes))
    }

    let kernelNames = ["im2col+sgemm", "sgemm+col2im", "im2col+sgemm"]

    private var patchCount: Int { geometry.convolution.fanIn }
    var scratchBytes: Int { patchCount * rowsAtOnce * geometry.outputWidth * MemoryLayout<Float>.size }
    var gradientCount: Int { weights.count + bias.count }
    private var pixels: Int { geometry.outputHeight * geometry.outputWidth }
    /// True for 1 x 1 convolutions: the patches are the image itself, so nothing is gathered.
    private var isPointwise: Bool { geometry.convolution.kernelSize == 1 && geometry.convolution.stride == 1 }

    func bind(slot: Int, memory: ConvolutionMemory) { memories[slot] = memory }

    func load(parameters: UnsafePointer<Float>, worker: Int) {
        weights.pointer.update(from: parameters + geometry.convolution.parameterOffset, count: weights.count)
        bias.pointer.update(from: parameters + geometry.convolution.biasOffset, count: bias.count)
    }

    /// Calls `body` for each band of output rows with the shape of its patches, its first pixel and its number of
    /// pixels.
    private func forEachBand(_ body: (FloatKernels.PatchShape, _ firstPixel: Int, _ pixelCount: Int) -> Void) {
        let convolution = geometry.convolution
        for firstRow in stride(from: 0, to: geometry.outputHeight, by: rowsAtOnce) {
            let rows = min(rowsAtOnce, geometry.outputHeight - firstRow)
            let shape = FloatKernels.PatchShape(
                channels: convolution.inputChannels, height: geometry.inputHeight, width: geometry.inputWidth,
                kernelSize: convolution.kernelSize, stride: convolution.stride, dilation: convolution.dilation,
                padding: convolution.padding, firstRow: firstRow, rowCount: rows)
            body(shape, firstRow * geometry.outputWidth, rows * geometry.outputWidth)
        }
    }

    func forward(slot: Int) {
        let memory = memories[slot]!
        let source = memory.source.assumingMemoryBound(to: Float.self)
        let destination = memory.destination.assumingMemoryBound(to: Float.self)
        let columns = memory.scratch.assumingMemoryBound(to: Float.self)
        let outputs = geometry.convolution.outputChannels
        FloatKernels.fillBias(destination, bias: bias.pointer, channels: outputs, pixels: pixels)
        // Patches that are to be rounded are gathered, so that other readers of the source see it as it is.
        let isGathered = !isPointwise || rounding != nil
        forEachBand { shape, firstPixel, count in
            if isGathered { FloatKernels.imageToColumns(source, columns: columns, shape: shape) }
            round(columns, of: patchCount * count, \.input, slot)
            OpenBLAS.multiply(
                rows: outputs, columns: count, inner: patchCount, a: weights.pointer, aStride: patchCount,
                b: isGathered ? columns : source + firstPixel, bStride: isGathered ? count : pixels, beta: 1,
                c: destination + firstPixel, cStride: pixels)
        }
        round(destination, of: outputs * pixels, \.output, slot)
        geometry.convolution.activation.apply(to: destination, count: outputs * pixels)
    }

    private func round(
        _ values: UnsafeMutablePointer<Float>, of count: Int, _ end: WritableKeyPath<ConvolutionRanges, ValueRange>,
        _ slot: Int
    ) {
        switch rounding {
        case nil: break
        case .measure: ranges[slot][keyPath: end].add(values, count: count)
        case .round(let convolution):
            (end == \.input ? convolution.input : convolution.output).round(values, count: count)
        }
    }

    /// The ranges since the last call, of all slots.
    func takeRanges() -> ConvolutionRanges {
        defer { ranges = Array(repeating: ConvolutionRanges(), count: ranges.count) }
        return ranges.reduce(into: ConvolutionRanges()) { $0.add($1) }
    }

    func weightGradient(slot: Int, to gradient: UnsafeMutablePointer<Float>) {
        let memory = memories[slot]!
        let source = memory.source.assumingMemoryBound(to: Float.self)
        let outputGradient = memory.destinationGradient!.assumingMemoryBound(to: Float.self)
        let columns = memory.weightScratch.assumingMemoryBound(to: Float.self)
        let outputs = geometry.convolution.outputChannels
        forEachBand { shape, firstPixel, count in
            if !isPointwise { FloatKernels.imageToColumns(source, columns: columns, shape: shape) }
            OpenBLAS.multiply(
                transposeB: true, rows: outputs, columns: patchCount, inner: count, a: outputGradient + firstPixel,
                aStride: pixels, b: isPointwise ? source + firstPixel : columns, bStride: isPointwise ? pixels : count,
                beta: firstPixel == 0 ? 0 : 1, c: gradient, cStride: patchCount)
        }
        FloatKernels.biasGradient(outputGradient, to: gradient + weights.count, channels: outputs, pixels: pixels)
    }

    func dataGradient(slot: Int) {
        guard let use = geometry.sourceGradient, let memory = memories[slot] else { return }
        let sourceGradient = memory.sourceGradient!.assumingMemoryBound(to: Float.self)
        let outputGradient = memory.destinationGradient!.assumingMemoryBound(to: Float.self)
        let columns = memory.scratch.assumingMemoryBound(to: Float.self)
        if use == .write {
            sourceGradient.update(
                repeating: 0, count: geometry.inputChannels * geometry.inputHeight * geometry.inputWidth)
        }
        forEachBand { shape, firstPixel, count in
            OpenBLAS.multiply(
                transposeA: true, rows: patchCount, columns: count, inner: geometry.convolution.outputChannels,
                a: weights.pointer, aStride: patchCount, b: outputGradient + firstPixel, bStride: pixels,
                beta: isPointwise ? 1 : 0, c: isPointwise ? sourceGradient + firstPixel : columns,
                cStride: isPointwise ? pixels : count)
            if !isPointwise { FloatKernels.addColumnsToImage(columns, input: sourceGradient, shape: shape) }
        }
    }

    func store(gradient: UnsafeMutablePointer<Float>, to parameters: UnsafeMutablePointer<Float>, worker: Int) {
        (parameters + geometry.convolution.parameterOffset).update(from: gradient, count: gradientCount)
    }
}
