import Tensors

/// One call of the library, or a concatenation, between blocks of memory.
struct OneDNNInferenceStep {
    /// Weights in a layer's own layout, shared by all workers.
    final class Weights {
        private let convolution: InferenceConvolution
        let bias: AlignedBuffer<Float>
        private(set) var packed = AlignedBuffer<UInt8>(count: 0)

        init(_ convolution: InferenceConvolution) {
            self.convolution = convolution
            bias = AlignedBuffer(convolution.bias)
        }

        func pack(_ layer: OneDNNLayer) throws(TensorError) {
            packed = AlignedBuffer(count: layer.weightsBytes)
            let rows = AlignedBuffer(convolution.weights)
            try layer.pack(rows.pointer, to: UnsafeMutableRawPointer(packed.pointer))
        }
    }

    private enum Work {
        case layer(OneDNNLayer, source: Int, Weights?)
        case concatenate([(block: Int, shape: FeatureShape)], FeatureShape)
    }

    let node: Int
    private let work: Work
    /// The block of the other addend.
    var second: Int?
    private let target: Int

    init(_ node: Int, _ layer: OneDNNLayer, _ source: Int, _ target: Int, _ weights: Weights? = nil) {
        (self.node, self.target) = (node, target)
        work = .layer(layer, source: source, weights)
    }

    init(_ node: Int, concatenating sources: [(Int, FeatureShape)], to target: Int, _ shape: FeatureShape) {
        (self.node, self.target) = (node, target)
        work = .concatenate(sources, shape)
    }

    var scratchBytes: Int { if case .layer(let layer, _, _) = work { layer.scratchBytes } else { 0 } }
    var kernelName: String { if case .layer(let layer, _, _) = work { layer.kernelName } else { "copy" } }

    /// What does the step in a worker's memory.
    func bound(
        _ library: OneDNNLibrary, worker: Int, scratch: UnsafeMutableRawPointer,
        _ address: (Int) -> UnsafeMutableRawPointer
    ) throws(TensorError) -> () -> Void {
        switch work {
        case .layer(let layer, let source, let weights):
            let call = try OneDNNBoundLayer(
                layer, library, worker: worker, source: address(source), second: second.map(address),
                weights: weights.map { UnsafeMutableRawPointer($0.packed.pointer) },
                bias: weights.map { UnsafeMutableRawPointer($0.bias.pointer) }, destination: address(target),
                scratch: scratch)
            return {
                // The call holds the layer, and this closure the weights.
                withExtendedLifetime(weights) { call.run() }
            }
        case .concatenate(let sources, let shape):
            let maps = sources.map { BlockedMap(address($0.block).assumingMemoryBound(to: Float.self), $0.shape) }
            let result = BlockedMap(address(target).assumingMemoryBound(to: Float.self), shape)
            return { result.concatenate(maps) }
        }
    }
}
