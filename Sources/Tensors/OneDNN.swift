internal import COneDNN

/// Properties of oneDNN on this processor.
public enum OneDNN {
    /// The instruction sets that oneDNN uses, limited by `ONEDNN_MAX_CPU_ISA`.
    public static var instructions: InstructionSet { InstructionSet(rawValue: onednn_effective_isa()) }
    public static var blockSize: Int { instructions.blockSize }
    public static var instructionSet: String { instructions.name }
    public static var hasBFloat16: Bool { instructions.hasBFloat16 }

    public static var version: String {
        var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
        onednn_version(&major, &minor, &patch)
        return "\(major).\(minor).\(patch)"
    }

    /// Prevents oneDNN from starting threads on the calling thread. `WorkerPool` distributes the work instead, so that
    /// results do not depend on the number of threads.
    public static func useCallingThreadOnly() { onednn_use_calling_thread_only() }

    /// Traps if a call that cannot fail has failed.
    static func require(_ status: Int32, _ operation: StaticString) {
        if status != 0 { fatalError("oneDNN: \(operation) failed: \(String(cString: onednn_status_text(status)))") }
    }

    static func check(_ status: Int32, _ operation: @autoclosure () -> String) throws(TensorError) {
        if status != 0 {
            throw .libraryRefused(operation: operation(), reason: String(cString: onednn_status_text(status)))
        }
    }
}

/// Instruction sets as bits of oneDNN's `dnnl_cpu_isa_t`. A greater value does not mean a more capable processor.
public struct InstructionSet: OptionSet, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// The number of interleaved channels in oneDNN's layout: 16 with AVX-512, otherwise 8.
    public var blockSize: Int { Int(onednn_block_size(rawValue)) }
    /// True if the processor multiplies bfloat16 with AVX-512, as oneDNN's kernels require.
    public var hasBFloat16: Bool { onednn_has_bfloat16(rawValue) }
    /// True if the processor multiplies whole matrices in bfloat16 (AMX).
    public var hasMatrixUnit: Bool { onednn_has_matrix_unit(rawValue) }
    /// True if oneDNN computes gradients without its reference code, which is hundreds of times slower: from AVX2 on.
    public var hasGradientKernels: Bool { onednn_has_gradient_kernels(rawValue) }
    /// oneDNN's name, such as `avx512_core`; the bits in hexadecimal if it has no name.
    public var name: String {
        onednn_isa_name(rawValue).map { String(cString: $0) } ?? "0x" + String(rawValue, radix: 16)
    }
}

/// The stored type of activations.
public enum Precision: String, Codable, Sendable, Equatable, CaseIterable {
    case float32, bfloat16

    public var bytes: Int { self == .float32 ? 4 : 2 }
}

/// oneDNN's engine with its streams. Threads that compute at the same time use different streams.
public final class OneDNNLibrary: @unchecked Sendable {
    let library: OpaquePointer
    let streams: [OpaquePointer]

    public init(streamCount: Int) throws(TensorError) {
        OneDNN.useCallingThreadOnly()
        var created: OpaquePointer?
        try OneDNN.check(onednn_library_create(&created), "its engine")
        library = created!
        var streams: [OpaquePointer] = []
        for _ in 0..<streamCount {
            var stream: OpaquePointer?
            try OneDNN.check(onednn_stream_create(created, &stream), "a stream")
            streams.append(stream!)
        }
        self.streams = streams
    }

    deinit {
        for stream in streams { onednn_stream_destroy(stream) }
        onednn_library_destroy(library)
    }
}

/// A compiled convolution of one sample, shared by all workers.
public final class OneDNNConvolution: @unchecked Sendable {
    public enum Kind: UInt32, Sendable { case forward = 0, backwardData = 1, backwardWeights = 2 }
    public enum Activation: UInt32, Sendable { case none = 0, elu = 1, sigmoid = 2 }

    public struct Shape: Sendable, Equatable {
        public var inputChannels, outputChannels, inputHeight, inputWidth: Int
        public var kernelSize, stride, dilation, padding: Int
        public var planarSource = false
        public var accumulate = false
        public var activation = Activation.none
        public var precision = Precision.float32

        public init(
            inputChannels: Int, outputChannels: Int, inputHeight: Int, inputWidth: Int, kernelSize: Int, stride: Int,
            dilation: Int, padding: Int
        ) {
            (self.inputChannels, self.outputChannels) = (inputChannels, outputChannels)
            (self.inputHeight, self.inputWidth) = (inputHeight, inputWidth)
            (self.kernelSize, self.stride, self.dilation, self.padding) = (kernelSize, stride, dilation, padding)
        }
    }

    fileprivate let convolution: OpaquePointer
    private let library: OneDNNLibrary
    public let weightsBytes: Int
    public let scratchBytes: Int
    /// oneDNN's name for the selected kernel, such as `jit:avx512_core`.
    public let kernelName: String
    /// True if oneDNN has only a reference implementation for this shape.
    public var isReference: Bool { kernelName.hasPrefix("ref") }

    public init(_ library: OneDNNLibrary, _ kind: Kind, _ shape: Shape) throws(TensorError) {
        let precision = shape.precision == .float32 ? ONEDNN_FLOAT32 : ONEDNN_BFLOAT16
        var description = onednn_convolution_shape(
            input_channels: Int32(shape.inputChannels), output_channels: Int32(shape.outputChannels),
            input_height: Int32(shape.inputHeight), input_width: Int32(shape.inputWidth),
            kernel_size: Int32(shape.kernelSize), stride: Int32(shape.stride), dilation: Int32(shape.dilation),
            padding: Int32(shape.padding), planar_source: shape.planarSource, accumulate: shape.accumulate,
            activation: onednn_activation(shape.activation.rawValue), source_precision: precision,
            destination_precision: precision)
        var created: OpaquePointer?
        try OneDNN.check(
            onednn_convolution_create(
                library.library, onednn_convolution_kind(kind.rawValue), &description, &created), "\(kind) of \(shape)")
        self.library = library
        convolution = created!
        weightsBytes = onednn_convolution_weights_bytes(created)
        scratchBytes = onednn_convolution_scratch_bytes(created)
        kernelName = String(cString: onednn_convolution_kernel(created))
    }

    deinit { onednn_convolution_destroy(convolution) }
}

/// A convolution bound to memory, for one thread at a time. `run` allocates nothing on our side.
public final class OneDNNCall {
    private let call: OpaquePointer
    private let stream: OpaquePointer
    private let convolution: OneDNNConvolution

    /// Binds memory by kind. Forward: source, weights, bias, destination. Backward data: the output's gradient as
    /// `source`, the input's gradient as `destination`. Backward weights: source, the gradients of weights and bias,
    /// the output's gradient as `destination`.
    public init(
        _ convolution: OneDNNConvolution, _ library: OneDNNLibrary, stream number: Int,
        source: UnsafeMutableRawPointer, weights: UnsafeMutableRawPointer, bias: UnsafeMutableRawPointer?,
        destination: UnsafeMutableRawPointer,
        scratch: UnsafeMutableRawPointer
    ) throws(TensorError) {
        var created: OpaquePointer?
        try OneDNN.check(
            onednn_call_create(
                convolution.convolution, source, weights, bias, destination, scratch, &created), "a call")
        call = created!
        stream = library.streams[number]
        self.convolution = convolution
    }

    deinit { onednn_call_destroy(call) }

    public func setWeights(_ weights: UnsafeMutableRawPointer, bias: UnsafeMutableRawPointer?) {
        OneDNN.require(onednn_call_set_weights(call, weights, bias), "binding weights")
    }

    public func run() {
        OneDNN.require(onednn_call_run(call, stream), "a convolution")
    }
}

/// Converts weights between float32 rows (output, input, y, x) and a convolution's own layout.
public final class OneDNNReorder {
    private let reorder: OpaquePointer
    private let library: OneDNNLibrary
    private let convolution: OneDNNConvolution

    public init(
        _ convolution: OneDNNConvolution, _ library: OneDNNLibrary, fromRows: Bool, rows: UnsafeMutablePointer<Float>,
        weights: UnsafeMutableRawPointer
    ) throws(TensorError) {
        var created: OpaquePointer?
        try OneDNN.check(
            onednn_reorder_create(convolution.convolution, fromRows, rows, weights, &created), "a reorder")
        reorder = created!
        self.library = library
        self.convolution = convolution
    }

    deinit { onednn_reorder_destroy(reorder) }

    public func run(stream: Int) {
        OneDNN.require(onednn_reorder_run(reorder, library.streams[stream]), "a reorder")
    }
}
