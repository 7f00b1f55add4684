internal import COneDNN

/// A layer of a forward-only network, compiled for one image of a given size and shared by all workers.
public final class OneDNNLayer: @unchecked Sendable {
    /// The feature map of one image: channel-major, or in oneDNN's blocked layout.
    public struct Map: Sendable, Equatable {
        public var channels, height, width: Int
        public var isPlanar: Bool

        public init(channels: Int, height: Int, width: Int, isPlanar: Bool = false) {
            (self.channels, self.height, self.width, self.isPlanar) = (channels, height, width, isPlanar)
        }

        /// The size in memory. The blocked layout pads the last block of channels.
        public var bytes: Int {
            let block = isPlanar ? 1 : OneDNN.blockSize
            return (channels + block - 1) / block * block * height * width * MemoryLayout<Float>.size
        }

        fileprivate var map: onednn_map {
            onednn_map(channels: Int32(channels), height: Int32(height), width: Int32(width), planar: isPlanar)
        }
    }

    /// The kernel of a convolution or the window of a pool, with its padding.
    public struct Window: Sendable {
        public var kernel, stride, dilation: (height: Int, width: Int)
        public var top, left, bottom, right: Int

        public init(
            kernel: (height: Int, width: Int), stride: (height: Int, width: Int), dilation: (height: Int, width: Int),
            top: Int, left: Int, bottom: Int, right: Int
        ) {
            (self.kernel, self.stride, self.dilation) = (kernel, stride, dilation)
            (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
        }

        fileprivate var window: onednn_window {
            onednn_window(
                kernel_height: Int32(kernel.height), kernel_width: Int32(kernel.width),
                stride_height: Int32(stride.height), stride_width: Int32(stride.width),
                dilation_height: Int32(dilation.height), dilation_width: Int32(dilation.width), top: Int32(top),
                left: Int32(left), bottom: Int32(bottom), right: Int32(right))
        }
    }

    public enum Pool: UInt32, Sendable { case max = 0, average = 1, averageWithPadding = 2 }

    public enum Kind: Sendable {
        /// `adds`: the result is added to the destination before clipping.
        case convolution(Window, groups: Int, adds: Bool, clip: ClosedRange<Float>?)
        case pool(Pool, Window)
        case clip(ClosedRange<Float>)
        case add
        /// Converts between layouts.
        case reorder
    }

    fileprivate let layer: OpaquePointer
    private let library: OneDNNLibrary
    public let weightsBytes, scratchBytes: Int
    /// oneDNN's name for the selected kernel, such as `jit_dw:avx512_core`.
    public let kernelName: String
    /// True if oneDNN has only a reference implementation for this shape.
    public var isReference: Bool { kernelName.hasPrefix("ref") }

    public init(_ library: OneDNNLibrary, _ kind: Kind, from source: Map, to destination: Map) throws(TensorError) {
        var created: OpaquePointer?
        let status: Int32
        switch kind {
        case .convolution(let window, let groups, let adds, let clip):
            var convolution = onednn_layer_convolution(
                window: window.window, groups: Int32(groups), adds: adds, clips: clip != nil,
                low: clip?.lowerBound ?? 0, high: clip?.upperBound ?? 0)
            status = onednn_layer_create_convolution(
                library.library, source.map, destination.map, &convolution, &created)
        case .pool(let pool, let window):
            var window = window.window
            status = onednn_layer_create_pool(
                library.library, source.map, destination.map, onednn_pool(pool.rawValue), &window, &created)
        case .clip(let range):
            status = onednn_layer_create_clip(
                library.library, source.map, range.lowerBound, range.upperBound, &created)
        case .add: status = onednn_layer_create_add(library.library, source.map, &created)
        case .reorder:
            status = onednn_layer_create_reorder(library.library, source.map, destination.map, &created)
        }
        try OneDNN.check(status, "\(kind) from \(source) to \(destination)")
        self.library = library
        layer = created!
        weightsBytes = onednn_layer_weights_bytes(created)
        scratchBytes = onednn_layer_scratch_bytes(created)
        kernelName = String(cString: onednn_layer_kernel(created))
    }

    deinit { onednn_layer_destroy(layer) }

    /// Converts weights in the order group, output, input, y, x to the layer's own layout.
    public func pack(_ rows: UnsafeMutablePointer<Float>, to weights: UnsafeMutableRawPointer) throws(TensorError) {
        try OneDNN.check(onednn_layer_pack(layer, library.streams[0], rows, weights), "packing weights")
    }
}

/// A layer bound to one worker's memory. `run` allocates nothing on our side.
public final class OneDNNBoundLayer {
    private let bound: OpaquePointer
    private let stream: OpaquePointer
    private let layer: OneDNNLayer

    /// - Parameters:
    ///   - second: The second addend of an addition.
    ///   - weights, bias: The parameters of a convolution.
    public init(
        _ layer: OneDNNLayer, _ library: OneDNNLibrary, worker: Int, source: UnsafeMutableRawPointer,
        second: UnsafeMutableRawPointer? = nil, weights: UnsafeMutableRawPointer? = nil,
        bias: UnsafeMutableRawPointer? = nil, destination: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer
    ) throws(TensorError) {
        var created: OpaquePointer?
        try OneDNN.check(
            onednn_bound_layer_create(layer.layer, source, second, weights, bias, destination, scratch, &created),
            "a bound layer")
        bound = created!
        stream = library.streams[worker]
        self.layer = layer
    }

    deinit { onednn_bound_layer_destroy(bound) }

    public func run() {
        OneDNN.require(onednn_bound_layer_run(bound, stream), "a layer")
    }
}
