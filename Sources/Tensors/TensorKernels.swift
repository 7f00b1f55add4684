internal import CTensorKernels

/// The kernels in C on one sample's tensors, stored as [blocks][height * width][block].
///
/// Pointers to activations are raw: `precision` says what they hold. Sizes are in elements.
public struct TensorKernels: Sendable {
    public let precision: Precision

    public init(precision: Precision) { self.precision = precision }

    public typealias Activations = UnsafeMutableRawPointer

    private func float(_ pointer: Activations) -> UnsafeMutablePointer<Float> {
        pointer.assumingMemoryBound(to: Float.self)
    }

    private func half(_ pointer: Activations) -> UnsafeMutablePointer<UInt16> {
        pointer.assumingMemoryBound(to: UInt16.self)
    }

    /// gradient *= ELU'(x), from y = ELU(x).
    public func eluBackward(gradient: Activations, output: Activations, count: Int) {
        switch precision {
        case .float32: kernel_elu_backward_f32(float(gradient), float(output), count)
        case .bfloat16: kernel_elu_backward_bf16(half(gradient), half(output), count)
        }
    }

    public func add(_ addend: Activations, to sum: Activations, count: Int) {
        switch precision {
        case .float32: kernel_add_f32(float(sum), float(addend), count)
        case .bfloat16: kernel_add_bf16(half(sum), half(addend), count)
        }
    }

    /// Bilinear enlargement of height x width by two, pixel centres at halves.
    public func upsample(_ input: Activations, to output: Activations, blocks: Int, height: Int, width: Int, block: Int)
    {
        let (blocks, height, width, block) = (Int32(blocks), Int32(height), Int32(width), Int32(block))
        switch precision {
        case .float32: kernel_upsample_f32(float(input), float(output), blocks, height, width, block)
        case .bfloat16: kernel_upsample_bf16(half(input), half(output), blocks, height, width, block)
        }
    }

    /// The transpose of `upsample`; height and width are the input's.
    public func upsampleBackward(
        _ outputGradient: Activations, to inputGradient: Activations, blocks: Int, height: Int, width: Int, block: Int
    ) {
        let (blocks, height, width, block) = (Int32(blocks), Int32(height), Int32(width), Int32(block))
        switch precision {
        case .float32:
            kernel_upsample_backward_f32(
                float(outputGradient), float(inputGradient), blocks, height, width, block)
        case .bfloat16:
            kernel_upsample_backward_bf16(half(outputGradient), half(inputGradient), blocks, height, width, block)
        }
    }

    /// output = gate * first + (1 - gate) * second
    public func combine(
        gate: Activations, first: Activations, second: Activations, output: Activations, count: Int
    ) {
        switch precision {
        case .float32: kernel_combine_f32(float(gate), float(first), float(second), float(output), count)
        case .bfloat16: kernel_combine_bf16(half(gate), half(first), half(second), half(output), count)
        }
    }

    /// The gradients of a combination; the gate's is that before its sigmoid.
    public func combineBackward(
        gate: Activations, first: Activations, second: Activations, outputGradient: Activations,
        gateGradient: Activations, firstGradient: Activations, secondGradient: Activations, count: Int
    ) {
        switch precision {
        case .float32:
            kernel_combine_backward_f32(
                float(gate), float(first), float(second), float(outputGradient), float(gateGradient),
                float(firstGradient), float(secondGradient), count)
        case .bfloat16:
            kernel_combine_backward_bf16(
                half(gate), half(first), half(second), half(outputGradient), half(gateGradient), half(firstGradient),
                half(secondGradient), count)
        }
    }

    /// Squared residuals of a sample outside and inside its mask; with `gradient`, also residual times the scales.
    public func maskedSquaredError(
        output: Activations, target: UnsafePointer<Float>, mask: UnsafePointer<UInt8>, channels: Int, pixels: Int,
        block: Int, outsideScale: Float, insideScale: Float, gradient: Activations?
    ) -> (outside: Double, inside: Double) {
        var sums: (Double, Double) = (0, 0)
        withUnsafeMutablePointer(to: &sums) { sums in
            let sums = UnsafeMutableRawPointer(sums).assumingMemoryBound(to: Double.self)
            switch precision {
            case .float32:
                kernel_masked_squared_error_f32(
                    float(output), target, mask, Int32(channels), pixels, Int32(block), outsideScale, insideScale,
                    gradient.map(float), sums)
            case .bfloat16:
                kernel_masked_squared_error_bf16(
                    half(output), target, mask, Int32(channels), pixels, Int32(block), outsideScale, insideScale,
                    gradient.map(half), sums)
            }
        }
        return (sums.0, sums.1)
    }

    /// The first channels of a blocked tensor as channel-major floats.
    public func unpack(
        _ blocked: Activations, to planar: UnsafeMutablePointer<Float>, channels: Int, pixels: Int, block: Int
    ) {
        switch precision {
        case .float32: kernel_unpack_f32(float(blocked), planar, Int32(channels), pixels, Int32(block))
        case .bfloat16: kernel_unpack_bf16(half(blocked), planar, Int32(channels), pixels, Int32(block))
        }
    }

    /// Stores floats as activations.
    public func store(_ values: UnsafePointer<Float>, to activations: Activations, count: Int) {
        switch precision {
        case .float32: float(activations).update(from: values, count: count)
        case .bfloat16: kernel_to_bfloat16(values, half(activations), count)
        }
    }
}

/// Kernels on float32 memory.
public enum FloatKernels {
    /// The constants of one step of Adam.
    public struct AdamStep: Sendable {
        public var learningRate, beta1, beta2, epsilon, correction1, correction2, averageDecay: Float
        /// The gradient is multiplied by it.
        public var gradientScale: Float

        public init(
            learningRate: Float, beta1: Float, beta2: Float, epsilon: Float, correction1: Float, correction2: Float,
            averageDecay: Float, gradientScale: Float = 1
        ) {
            self.gradientScale = gradientScale
            (self.learningRate, self.beta1, self.beta2, self.epsilon) = (learningRate, beta1, beta2, epsilon)
            (self.correction1, self.correction2, self.averageDecay) = (correction1, correction2, averageDecay)
        }
    }

    public static func adam(
        parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
        firstMoment: UnsafeMutablePointer<Float>, secondMoment: UnsafeMutablePointer<Float>,
        average: UnsafeMutablePointer<Float>?, count: Int, step: AdamStep
    ) {
        var constants = kernel_adam_step(
            learning_rate: step.learningRate, beta1: step.beta1, beta2: step.beta2, epsilon: step.epsilon,
            correction1: step.correction1, correction2: step.correction2, average_decay: step.averageDecay,
            gradient_scale: step.gradientScale)
        kernel_adam(parameters, gradient, firstMoment, secondMoment, average, count, &constants)
    }

    public static func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Double {
        kernel_sum_of_squares(values, count)
    }

    public static func add(_ addend: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, count: Int) {
        kernel_add_f32(sum, addend, count)
    }

    public static func elu(_ values: UnsafeMutablePointer<Float>, count: Int) { kernel_elu(values, count) }

    public static func sigmoid(_ values: UnsafeMutablePointer<Float>, count: Int) { kernel_sigmoid(values, count) }

    public static func fillBias(
        _ output: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>, channels: Int, pixels: Int
    ) {
        kernel_fill_bias(output, bias, Int32(channels), pixels)
    }

    public static func biasGradient(
        _ gradient: UnsafePointer<Float>, to bias: UnsafeMutablePointer<Float>, channels: Int, pixels: Int
    ) {
        kernel_bias_gradient(gradient, bias, Int32(channels), pixels)
    }

    /// The geometry of patches under a convolution, for some rows of its output.
    public struct PatchShape: Sendable {
        public var channels, height, width, kernelSize, stride, dilation, padding, firstRow, rowCount: Int

        public init(
            channels: Int, height: Int, width: Int, kernelSize: Int, stride: Int, dilation: Int, padding: Int,
            firstRow: Int, rowCount: Int
        ) {
            (self.channels, self.height, self.width) = (channels, height, width)
            (self.kernelSize, self.stride, self.dilation, self.padding) = (kernelSize, stride, dilation, padding)
            (self.firstRow, self.rowCount) = (firstRow, rowCount)
        }

        fileprivate var kernel: kernel_patch_shape {
            kernel_patch_shape(
                channels: Int32(channels), height: Int32(height), width: Int32(width), kernel_size: Int32(kernelSize),
                stride: Int32(stride), dilation: Int32(dilation), padding: Int32(padding), first_row: Int32(firstRow),
                row_count: Int32(rowCount))
        }
    }

    /// columns[channel][ky][kx][row][x] = the input under each element of the kernel.
    public static func imageToColumns(
        _ input: UnsafePointer<Float>, columns: UnsafeMutablePointer<Float>, shape: PatchShape
    ) {
        var kernel = shape.kernel
        kernel_im2col(input, columns, &kernel)
    }

    /// The transpose of `imageToColumns`, added to what `input` holds.
    public static func addColumnsToImage(
        _ columns: UnsafePointer<Float>, input: UnsafeMutablePointer<Float>, shape: PatchShape
    ) {
        var kernel = shape.kernel
        kernel_col2im_add(columns, input, &kernel)
    }

    /// The geometry of a convolution of stride 1 that is done over the reach of each element of its kernel.
    public struct SparseShape: Sendable {
        public var inputChannels, outputChannels, height, width, kernelSize, dilation, block: Int

        public init(
            inputChannels: Int, outputChannels: Int, height: Int, width: Int, kernelSize: Int, dilation: Int, block: Int
        ) {
            (self.inputChannels, self.outputChannels) = (inputChannels, outputChannels)
            (self.height, self.width, self.kernelSize) = (height, width, kernelSize)
            (self.dilation, self.block) = (dilation, block)
        }

        fileprivate var kernel: kernel_sparse_shape {
            kernel_sparse_shape(
                input_channels: Int32(inputChannels), output_channels: Int32(outputChannels), height: Int32(height),
                width: Int32(width), kernel_size: Int32(kernelSize), dilation: Int32(dilation))
        }
    }

    /// weights[output block][ky][kx][input channel][block]; starts from `bias`, or from the output itself when adding.
    public static func sparseConvolution(
        _ input: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        output: UnsafeMutablePointer<Float>, add: Bool, shape: SparseShape
    ) {
        var kernel = shape.kernel
        if shape.block == 16 {
            kernel_sparse_convolution_16(input, weights, bias, output, add, &kernel)
        } else {
            kernel_sparse_convolution_8(input, weights, bias, output, add, &kernel)
        }
    }

    public static func sparseWeightGradient(
        _ input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
        weightGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>, shape: SparseShape
    ) {
        var kernel = shape.kernel
        if shape.block == 16 {
            kernel_sparse_weight_gradient_16(input, outputGradient, weightGradient, biasGradient, &kernel)
        } else {
            kernel_sparse_weight_gradient_8(input, outputGradient, weightGradient, biasGradient, &kernel)
        }
    }
}

/// A 3 x 3 convolution of stride 1 to three channels, in a blocked layout: the layer that makes the image.
public struct NarrowKernels: Sendable {
    /// Output channels.
    public static let outputs = 3

    public var inputBlocks, height, width, block: Int

    public init(inputBlocks: Int, height: Int, width: Int, block: Int) {
        (self.inputBlocks, self.height, self.width, self.block) = (inputBlocks, height, width, block)
    }

    private var shape: (Int32, Int32, Int32) { (Int32(inputBlocks), Int32(height), Int32(width)) }

    /// weights[input block][ky][kx][output][lane]
    public func forward(
        _ input: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>,
        output: UnsafeMutablePointer<Float>
    ) {
        let kernel = block == 16 ? kernel_narrow_convolution_16 : kernel_narrow_convolution_8
        kernel(input, weights, bias, output, shape.0, shape.1, shape.2)
    }

    public func dataGradient(
        _ outputGradient: UnsafePointer<Float>, weights: UnsafePointer<Float>,
        inputGradient: UnsafeMutablePointer<Float>
    ) {
        let kernel = block == 16 ? kernel_narrow_data_gradient_16 : kernel_narrow_data_gradient_8
        kernel(outputGradient, weights, inputGradient, shape.0, shape.1, shape.2)
    }

    public func weightGradient(
        _ input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
        weightGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>
    ) {
        let kernel = block == 16 ? kernel_narrow_weight_gradient_16 : kernel_narrow_weight_gradient_8
        kernel(input, outputGradient, weightGradient, biasGradient, shape.0, shape.1, shape.2)
    }
}

/// Anomaly maps: kernels on arrays.
public enum MapKernels {
    /// Mean over channels of the squared difference of two channel-major images of channels x pixels.
    public static func squaredError(_ first: [Float], _ second: [Float], channels: Int) -> [Float] {
        guard first.count == second.count, channels > 0 else {
            fatalError("images of \(first.count) and \(second.count)")
        }
        let pixels = first.count / channels
        return [Float](unsafeUninitializedCapacity: pixels) { map, count in
            first.withUnsafeBufferPointer { first in
                second.withUnsafeBufferPointer { second in
                    kernel_squared_error_map(
                        first.baseAddress, second.baseAddress, map.baseAddress, Int32(channels), pixels)
                }
            }
            count = pixels
        }
    }

    /// `passes` box filters of size x size (odd) with reflected borders, which keep the sum of the map. The passes have a
    /// variance of passes * (size^2 - 1) / 12 pixels^2 per axis.
    public static func boxFiltered(_ map: [Float], height: Int, width: Int, size: Int, passes: Int) -> [Float] {
        guard map.count == height * width, size % 2 == 1 else {
            fatalError("box filter of \(size) on \(map.count) values")
        }
        guard size > 1, passes > 0, !map.isEmpty else { return map }
        var filtered = map
        var scratch = [Float](repeating: 0, count: map.count)
        filtered.withUnsafeMutableBufferPointer { filtered in
            scratch.withUnsafeMutableBufferPointer { scratch in
                for _ in 0..<passes {
                    kernel_box_filter(
                        filtered.baseAddress, filtered.baseAddress, scratch.baseAddress, Int32(height), Int32(width),
                        Int32(size))
                }
            }
        }
        return filtered
    }

    /// Filters part of an array, a plane of height x width values, in place by an odd number of taps along both axes; edges are
    /// repeated. The same bits on every processor.
    ///
    /// - Parameter start: of the plane's values within `values`.
    public static func filterSeparably(
        _ values: inout [Float], from start: Int = 0, height: Int, width: Int, taps: [Float]
    ) {
        guard start >= 0, values.count >= start + height * width, taps.count % 2 == 1 else {
            fatalError("\(taps.count) taps on \(height) x \(width) of \(values.count) values")
        }
        guard height > 0, width > 0 else { return }
        var scratch = [Float](repeating: 0, count: height * width + width + taps.count)
        values.withUnsafeMutableBufferPointer { values in
            scratch.withUnsafeMutableBufferPointer { scratch in
                taps.withUnsafeBufferPointer { taps in
                    kernel_separable_filter(
                        values.baseAddress! + start, scratch.baseAddress!, taps.baseAddress!, Int32(taps.count),
                        Int32(height), Int32(width))
                }
            }
        }
    }
}
