import Tensors

/// A 3 x 3 convolution of stride 1 in float32 by Winograd's algorithm. The data gradient is a convolution of the
/// output's gradient with rotated and transposed weights.
final class WinogradConvolution: ConvolutionKernel {
    private let geometry: ConvolutionGeometry
    private let kernels, flippedKernels: WinogradKernels
    private let padded: PaddedWeights
    private let rows: AlignedBuffer<Float>
    private let bias: AlignedBuffer<Float>
    /// Weights in the layout of `WinogradKernels.place`, and gradients of weights in rows.
    private let placed: AlignedBuffer<Float>
    private let weights: AlignedBuffer<Float>
    private let flippedWeights: AlignedBuffer<Float>
    private var memories: [ConvolutionMemory?]

    /// True if the convolution is faster than oneDNN's. Measured with AVX-512 and 16 to 192 channels: from 256 pixels
    /// on, 1.2 to 3 times as fast as direct convolution, at 8 x 8 pixels 0.6 to 1.1 times, at 4 x 4 pixels 0.4 times;
    /// with AVX2 more. Large dilations leave tiles that lie mostly outside of the image.
    static func isBetter(for geometry: ConvolutionGeometry, block: Int, precision: Precision) -> Bool {
        let convolution = geometry.convolution
        guard precision == .float32, convolution.kernelSize == 3, convolution.stride == 1, !geometry.isPlanarSource,
            convolution.activation != .sigmoid
        else { return false }
        let pixels = geometry.inputHeight * geometry.inputWidth
        return pixels >= 144 && 16 * kernels(geometry, block: block).tileCount <= 2 * pixels
    }

    private static func kernels(_ geometry: ConvolutionGeometry, block: Int) -> WinogradKernels {
        WinogradKernels(
            inputChannels: geometry.inputChannels, outputChannels: geometry.outputChannels,
            height: geometry.inputHeight, width: geometry.inputWidth, dilation: geometry.convolution.dilation,
            block: block)
    }

    init(_ geometry: ConvolutionGeometry, block: Int, workerCount: Int) {
        self.geometry = geometry
        kernels = Self.kernels(geometry, block: block)
        var flipped = kernels
        (flipped.inputChannels, flipped.outputChannels) = (kernels.outputChannels, kernels.inputChannels)
        flippedKernels = flipped
        padded = PaddedWeights(geometry)
        rows = AlignedBuffer(count: padded.weightCount)
        bias = AlignedBuffer(count: padded.biasCount)
        placed = AlignedBuffer(count: padded.weightCount)
        weights = AlignedBuffer(count: kernels.transformedWeightCount)
        flippedWeights = AlignedBuffer(count: geometry.sourceGradient == nil ? 0 : kernels.transformedWeightCount)
        memories = Array(repeating: nil, count: workerCount)
    }

    var kernelNames: [String] {
        ["winograd", geometry.sourceGradient == nil ? "-" : "winograd", geometry.isTrained ? "winograd" : "-"]
    }

    var scratchBytes: Int { kernels.scratchCount * MemoryLayout<Float>.size }
    var gradientCount: Int { padded.weightCount + padded.biasCount }

    func bind(slot: Int, memory: ConvolutionMemory) { memories[slot] = memory }

    func load(parameters: UnsafePointer<Float>, worker: Int) {
        padded.expand(parameters, weights: rows.pointer, bias: bias.pointer)
        place(rows.pointer, in: kernels) { output, input, element in
            (output * self.kernels.inputChannels + input) * 9 + element
        }
        kernels.transform(placed.pointer, to: weights.pointer)
        guard flippedWeights.count > 0 else { return }
        place(rows.pointer, in: flippedKernels) { output, input, element in
            (input * self.kernels.inputChannels + output) * 9 + 8 - element
        }
        flippedKernels.transform(placed.pointer, to: flippedWeights.pointer)
    }

    /// Copies weights to the kernels' layout. `source` returns the index of an output, input and element in `rows`.
    @inline(__always)
    private func place(
        _ rows: UnsafePointer<Float>, in kernels: WinogradKernels, _ source: (Int, Int, Int) -> Int
    ) {
        for output in 0..<kernels.outputChannels {
            for input in 0..<kernels.inputChannels {
                for element in 0..<9 {
                    placed.pointer[kernels.place(output: output, input: input, element: element)] =
                        rows[source(output, input, element)]
                }
            }
        }
    }

    func forward(slot: Int) {
        let memory = memories[slot]!
        kernels.convolve(
            memory.source.assumingMemoryBound(to: Float.self), transformed: weights.pointer, bias: bias.pointer,
            elu: geometry.convolution.activation == .elu,
            output: memory.destination.assumingMemoryBound(to: Float.self), add: false,
            scratch: memory.scratch.assumingMemoryBound(to: Float.self))
    }

    func weightGradient(slot: Int, to gradient: UnsafeMutablePointer<Float>) {
        let memory = memories[slot]!
        kernels.weightGradient(
            memory.source.assumingMemoryBound(to: Float.self),
            outputGradient: memory.destinationGradient!.assumingMemoryBound(to: Float.self), weightGradient: gradient,
            biasGradient: gradient + padded.weightCount,
            scratch: memory.weightScratch.assumingMemoryBound(to: Float.self))
    }

    func dataGradient(slot: Int) {
        guard let use = geometry.sourceGradient, let memory = memories[slot] else { return }
        flippedKernels.convolve(
            memory.destinationGradient!.assumingMemoryBound(to: Float.self), transformed: flippedWeights.pointer,
            bias: nil, elu: false, output: memory.sourceGradient!.assumingMemoryBound(to: Float.self),
            add: use == .accumulate, scratch: memory.scratch.assumingMemoryBound(to: Float.self))
    }

    func store(gradient: UnsafeMutablePointer<Float>, to parameters: UnsafeMutablePointer<Float>, worker: Int) {
        for output in 0..<kernels.outputChannels {
            for input in 0..<kernels.inputChannels {
                for element in 0..<9 {
                    placed.pointer[(output * kernels.inputChannels + input) * 9 + element] =
                        gradient[kernels.place(output: output, input: input, element: element)]
                }
            }
        }
        padded.collect(weights: placed.pointer, bias: gradient + padded.weightCount, into: parameters)
    }
}
