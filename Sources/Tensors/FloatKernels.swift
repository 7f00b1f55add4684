internal import CTensorKernels

/// Kernels on float32 memory.
public enum FloatKernels {
    /// The level of x86-64 for which the kernels of this program are selected: 4 (AVX-512), 3 (AVX2) or 1. Limited by
    /// the processor and by `ONEDNN_MAX_CPU_ISA`.
    public static var instructionLevel: Int { Int(kernel_instruction_level()) }

    /// The constants of one Adam step.
    public struct AdamStep: Sendable {
        public var learningRate, beta1, beta2, epsilon, correction1, correction2, averageDecay: Float
        /// A factor applied to the gradient.
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

    /// The geometry of convolution patches for a range of output rows.
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

    /// columns[channel][ky][kx][row][x] = the input under each kernel element.
    public static func imageToColumns(
        _ input: UnsafePointer<Float>, columns: UnsafeMutablePointer<Float>, shape: PatchShape
    ) {
        var kernel = shape.kernel
        kernel_im2col(input, columns, &kernel)
    }

    /// The transpose of `imageToColumns`, accumulated into `input`.
    public static func addColumnsToImage(
        _ columns: UnsafePointer<Float>, input: UnsafeMutablePointer<Float>, shape: PatchShape
    ) {
        var kernel = shape.kernel
        kernel_col2im_add(columns, input, &kernel)
    }

    /// The geometry of a stride-1 convolution that is computed per kernel element, over the part of the image that the
    /// element reaches.
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

    /// weights[output block][ky][kx][input channel][block]; starts from `bias`, or accumulates into the output if `add`
    /// is true.
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

/// Kernels of a 3 x 3 convolution of stride 1 to three channels, in a blocked layout: the output layer of a network.
public struct NarrowKernels: Sendable {
    /// The number of output channels.
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
