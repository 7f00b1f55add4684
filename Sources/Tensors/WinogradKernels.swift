internal import CTensorKernels

/// Kernels of a 3 x 3 convolution of stride 1 in a blocked layout, by Winograd's algorithm F(4 x 4, 3 x 3) (Lavin and
/// Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016). An output takes a quarter of the products of
/// the definition. The root-mean-square error in float32 is up to four times that of the definition.
public struct WinogradKernels: Sendable {
    public var inputChannels, outputChannels, height, width, dilation, block: Int

    /// - Parameter block: The channels of a block, 8 or 16. The numbers of channels are multiples of it.
    public init(inputChannels: Int, outputChannels: Int, height: Int, width: Int, dilation: Int, block: Int) {
        (self.inputChannels, self.outputChannels) = (inputChannels, outputChannels)
        (self.height, self.width, self.dilation, self.block) = (height, width, dilation, block)
    }

    /// The number of tiles of 4 x 4 outputs, some of which lie partly outside of the image.
    public var tileCount: Int {
        func along(_ size: Int) -> Int { (size + 4 * dilation - 1) / (4 * dilation) * dilation }
        return along(height) * along(width)
    }

    public var weightCount: Int { 9 * inputChannels * outputChannels }
    public var transformedWeightCount: Int { 36 * inputChannels * outputChannels }

    /// The number of floats of scratch memory for one call.
    public var scratchCount: Int {
        var shape = shape
        return block == 16 ? kernel_winograd_scratch_16(&shape) : kernel_winograd_scratch_8(&shape)
    }

    private var shape: kernel_winograd_shape {
        kernel_winograd_shape(
            input_channels: Int32(inputChannels), output_channels: Int32(outputChannels), height: Int32(height),
            width: Int32(width), dilation: Int32(dilation))
    }

    /// The index of a weight in the layout [output block][input][element][lane of the output].
    @inlinable
    public func place(output: Int, input: Int, element: Int) -> Int {
        ((output / block * inputChannels + input) * 9 + element) * block + output % block
    }

    /// Transforms weights, in the layout of `place`, to those that `convolve` multiplies with.
    public func transform(_ weights: UnsafePointer<Float>, to transformed: UnsafeMutablePointer<Float>) {
        var shape = shape
        (block == 16 ? kernel_winograd_weights_16 : kernel_winograd_weights_8)(weights, transformed, &shape)
    }

    /// Computes the output, or adds to it, and applies ELU if `elu` is true.
    public func convolve(
        _ input: UnsafePointer<Float>, transformed: UnsafePointer<Float>, bias: UnsafePointer<Float>?, elu: Bool,
        output: UnsafeMutablePointer<Float>, add: Bool, scratch: UnsafeMutablePointer<Float>
    ) {
        var shape = shape
        (block == 16 ? kernel_winograd_convolution_16 : kernel_winograd_convolution_8)(
            input, transformed, bias, elu, output, add, scratch, &shape)
    }

    /// Computes the gradient of the weights, in the layout of `place`, and of the bias.
    public func weightGradient(
        _ input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
        weightGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        var shape = shape
        (block == 16 ? kernel_winograd_weight_gradient_16 : kernel_winograd_weight_gradient_8)(
            input, outputGradient, weightGradient, biasGradient, scratch, &shape)
    }
}
