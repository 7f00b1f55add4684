internal import CTensorKernels

/// Kernels on the tensors of one sample, stored as [blocks][height * width][block]; implemented in C.
///
/// Pointers to activations are untyped: `precision` is their element type. Sizes are in elements.
public struct TensorKernels: Sendable {
    public let precision: Precision

    public init(precision: Precision) { self.precision = precision }

    public typealias Activations = UnsafeMutableRawPointer

    private func float(_ pointer: Activations) -> UnsafeMutablePointer<Float> {
        pointer.assumingMemoryBound(to: Float.self)
    }

    private func bfloat16(_ pointer: Activations) -> UnsafeMutablePointer<UInt16> {
        pointer.assumingMemoryBound(to: UInt16.self)
    }

    /// gradient *= ELU'(x), from y = ELU(x).
    public func eluBackward(gradient: Activations, output: Activations, count: Int) {
        switch precision {
        case .float32: kernel_elu_backward_f32(float(gradient), float(output), count)
        case .bfloat16: kernel_elu_backward_bf16(bfloat16(gradient), bfloat16(output), count)
        }
    }

    public func add(_ addend: Activations, to sum: Activations, count: Int) {
        switch precision {
        case .float32: kernel_add_f32(float(sum), float(addend), count)
        case .bfloat16: kernel_add_bf16(bfloat16(sum), bfloat16(addend), count)
        }
    }

    /// Bilinear upsampling of height x width by two, with pixel centres at half-integers.
    public func upsample(_ input: Activations, to output: Activations, blocks: Int, height: Int, width: Int, block: Int)
    {
        let (blocks, height, width, block) = (Int32(blocks), Int32(height), Int32(width), Int32(block))
        switch precision {
        case .float32: kernel_upsample_f32(float(input), float(output), blocks, height, width, block)
        case .bfloat16: kernel_upsample_bf16(bfloat16(input), bfloat16(output), blocks, height, width, block)
        }
    }

    /// The transpose of `upsample`. Height and width are those of the input.
    public func upsampleBackward(
        _ outputGradient: Activations, to inputGradient: Activations, blocks: Int, height: Int, width: Int, block: Int
    ) {
        let (blocks, height, width, block) = (Int32(blocks), Int32(height), Int32(width), Int32(block))
        switch precision {
        case .float32:
            kernel_upsample_backward_f32(
                float(outputGradient), float(inputGradient), blocks, height, width, block)
        case .bfloat16:
            kernel_upsample_backward_bf16(
                bfloat16(outputGradient), bfloat16(inputGradient), blocks, height, width, block)
        }
    }

    /// output = gate * first + (1 - gate) * second
    public func combine(
        gate: Activations, first: Activations, second: Activations, output: Activations, count: Int
    ) {
        switch precision {
        case .float32: kernel_combine_f32(float(gate), float(first), float(second), float(output), count)
        case .bfloat16: kernel_combine_bf16(bfloat16(gate), bfloat16(first), bfloat16(second), bfloat16(output), count)
        }
    }

    /// The gradients of `combine`. The gate's gradient is that before its sigmoid.
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
                bfloat16(gate), bfloat16(first), bfloat16(second), bfloat16(outputGradient), bfloat16(gateGradient),
                bfloat16(firstGradient),
                bfloat16(secondGradient), count)
        }
    }

    /// Returns the squared residuals of a sample outside and inside its mask. With `gradient`, also writes residual
    /// times scale.
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
                    bfloat16(output), target, mask, Int32(channels), pixels, Int32(block), outsideScale, insideScale,
                    gradient.map(bfloat16), sums)
            }
        }
        return (sums.0, sums.1)
    }

    /// Returns the cross-entropy between a sample's mask and one channel of logits, summed outside and inside the mask.
    /// Also writes its gradient: probability minus mask, times scale, and 0 in padding channels.
    public func maskedCrossEntropy(
        output: Activations, mask: UnsafePointer<UInt8>, pixels: Int, block: Int, outsideScale: Float,
        insideScale: Float, gradient: Activations
    ) -> (outside: Double, inside: Double) {
        var sums: (Double, Double) = (0, 0)
        withUnsafeMutablePointer(to: &sums) { sums in
            let sums = UnsafeMutableRawPointer(sums).assumingMemoryBound(to: Double.self)
            switch precision {
            case .float32:
                kernel_masked_cross_entropy_f32(
                    float(output), mask, pixels, Int32(block), outsideScale, insideScale, float(gradient), sums)
            case .bfloat16:
                kernel_masked_cross_entropy_bf16(
                    bfloat16(output), mask, pixels, Int32(block), outsideScale, insideScale, bfloat16(gradient), sums)
            }
        }
        return (sums.0, sums.1)
    }

    /// Copies the first channels of a blocked tensor to channel-major floats.
    public func unpack(
        _ blocked: Activations, to planar: UnsafeMutablePointer<Float>, channels: Int, pixels: Int, block: Int
    ) {
        switch precision {
        case .float32: kernel_unpack_f32(float(blocked), planar, Int32(channels), pixels, Int32(block))
        case .bfloat16: kernel_unpack_bf16(bfloat16(blocked), planar, Int32(channels), pixels, Int32(block))
        }
    }

    /// Converts floats to activations.
    public func store(_ values: UnsafePointer<Float>, to activations: Activations, count: Int) {
        switch precision {
        case .float32: float(activations).update(from: values, count: count)
        case .bfloat16: kernel_to_bfloat16(values, bfloat16(activations), count)
        }
    }
}
