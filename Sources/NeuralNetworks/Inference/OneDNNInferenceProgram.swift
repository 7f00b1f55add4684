import Tensors

/// The steps in which oneDNN computes a graph for one image, and the memory blocks that they use.
struct OneDNNInferenceProgram {
    private(set) var steps: [OneDNNInferenceStep] = []
    private(set) var blocks: [MemoryPlan.Block] = []
    private(set) var blockOfValue: [Int?]
    private(set) var scratchBytes = 0
    private let request: InferenceRequest
    private let library: OneDNNLibrary
    private let lastUses: [Int]

    init(_ request: InferenceRequest, _ library: OneDNNLibrary) throws(TensorError) {
        self.request = request
        self.library = library
        lastUses = request.lastUses
        blockOfValue = Array(repeating: nil, count: request.graph.nodes.count + 1)
        blockOfValue[0] = newBlock(map(0).bytes, from: 0, to: lastUses[0] + 1)
        for (number, node) in request.graph.nodes.enumerated() where request.needed[number] {
            try add(node, number)
        }
    }

    /// A value in its stored layout.
    private func map(_ value: Int) -> OneDNNLayer.Map {
        let shape = request.shapes[value]!
        return OneDNNLayer.Map(
            channels: shape.channels, height: shape.height, width: shape.width, isPlanar: value == 0)
    }

    /// Time is counted in nodes: the image exists from 0, the output of node i from i + 1.
    private mutating func newBlock(_ bytes: Int, from first: Int, to last: Int) -> Int {
        blocks.append(MemoryPlan.Block(bytes: bytes, life: first...max(first, last)))
        return blocks.count - 1
    }

    private mutating func append(_ step: OneDNNInferenceStep) {
        steps.append(step)
        scratchBytes = max(scratchBytes, step.scratchBytes)
    }

    private mutating func add(_ node: InferenceGraph.Node, _ number: Int) throws(TensorError) {
        let output = map(number + 1)
        func place(_ program: inout OneDNNInferenceProgram) -> Int {
            let block = program.newBlock(output.bytes, from: number + 1, to: program.lastUses[number + 1] + 1)
            program.blockOfValue[number + 1] = block
            return block
        }
        switch node.operation {
        case .convolution(let convolution):
            let target = try residual(node, number) ?? place(&self)
            try add(convolution, node, number, to: target)
        case .scale(let factors, let offsets):
            try add(.scaling(factors, offsets), node, number, to: place(&self))
        case .clip(let range):
            let source = try blocked(node.inputs[0], number)
            try append(
                .init(number, OneDNNLayer(library, .clip(range), from: output, to: output), source, place(&self)))
        case .add:
            let sources = [try blocked(node.inputs[0], number), try blocked(node.inputs[1], number)]
            var step = try OneDNNInferenceStep(
                number, OneDNNLayer(library, .add, from: output, to: output), sources[0], place(&self))
            step.second = sources[1]
            append(step)
        case .maxPool(let window): try pool(.max, window, node, number, to: place(&self))
        case .averagePool(let window, let countsPadding):
            try pool(countsPadding ? .averageWithPadding : .average, window, node, number, to: place(&self))
        case .globalAverage:
            let input = map(node.inputs[0])
            let window = InferenceWindow(kernelHeight: input.height, kernelWidth: input.width)
            try pool(.average, window, node, number, to: place(&self))
        case .concatenate:
            var sources: [Int] = []
            for value in node.inputs { sources.append(try blocked(value, number)) }
            let shapes = node.inputs.map { request.shapes[$0]! }
            steps.append(
                .init(
                    number, concatenating: Array(zip(sources, shapes)), to: place(&self), request.shapes[number + 1]!))
        }
    }

    /// Returns the block of a value in the blocked layout. The image is copied.
    private mutating func blocked(_ value: Int, _ number: Int) throws(TensorError) -> Int {
        guard value == 0 else { return blockOfValue[value]! }
        var copy = map(0)
        copy.isPlanar = false
        return try reordered(blockOfValue[0]!, map(0), copy, number)
    }

    /// Copies a block into another layout: into `target`, or into a temporary block of this node.
    private mutating func reordered(
        _ source: Int, _ from: OneDNNLayer.Map, _ to: OneDNNLayer.Map, _ number: Int, into target: Int? = nil
    ) throws(TensorError) -> Int {
        let target = target ?? newBlock(to.bytes, from: number + 1, to: number + 1)
        append(.init(number, try OneDNNLayer(library, .reorder, from: from, to: to), source, target))
        return target
    }

    private mutating func pool(
        _ pool: OneDNNLayer.Pool, _ window: InferenceWindow, _ node: InferenceGraph.Node, _ number: Int, to target: Int
    ) throws(TensorError) {
        var input = map(node.inputs[0])
        let source = try blocked(node.inputs[0], number)
        input.isPlanar = false
        let layer = try OneDNNLayer(
            library, .pool(pool, window.placed(on: input)), from: input, to: map(number + 1))
        append(.init(number, layer, source, target))
    }

    /// Returns the block of a convolution's addend, which also receives the result; nil if the convolution adds
    /// nothing.
    private mutating func residual(_ node: InferenceGraph.Node, _ number: Int) throws(TensorError) -> Int? {
        guard node.inputs.count == 2 else { return nil }
        let value = node.inputs[1]
        let life = number + 1...max(number + 1, lastUses[number + 1] + 1)
        if value != 0, value != node.inputs[0], lastUses[value] == number, let block = blockOfValue[value] {
            // The addend has no further reader, so its block is reused.
            blocks[block].life = blocks[block].life.lowerBound...life.upperBound
            blockOfValue[number + 1] = block
            return block
        }
        let target = newBlock(map(number + 1).bytes, from: life.lowerBound, to: life.upperBound)
        blockOfValue[number + 1] = target
        return try reordered(blockOfValue[value]!, map(value), map(number + 1), number, into: target)
    }

    private mutating func add(
        _ convolution: InferenceConvolution, _ node: InferenceGraph.Node, _ number: Int, to target: Int
    ) throws(TensorError) {
        let (input, output) = (map(node.inputs[0]), map(number + 1))
        let source = blockOfValue[node.inputs[0]]!
        let kind = OneDNNLayer.Kind.convolution(
            convolution.window.placed(on: input), groups: convolution.groups, adds: node.inputs.count == 2,
            clip: convolution.clip)
        func inLayout(
            _ isInputPlanar: Bool, _ isOutputPlanar: Bool, _ library: OneDNNLibrary
        ) throws(TensorError) -> (layer: OneDNNLayer, from: OneDNNLayer.Map, to: OneDNNLayer.Map) {
            var (from, to) = (input, output)
            (from.isPlanar, to.isPlanar) = (isInputPlanar, isOutputPlanar)
            return (try OneDNNLayer(library, kind, from: from, to: to), from, to)
        }
        // For some numbers of groups oneDNN has fast kernels in one layout only.
        var best = try inLayout(input.isPlanar, false, library)
        for layout in [(false, false), (true, true)] where best.layer.isReference {
            let other = try inLayout(layout.0, layout.1, library)
            if !other.layer.isReference { best = other }
        }
        let weights = OneDNNInferenceStep.Weights(convolution)
        try weights.pack(best.layer)
        let from = best.from == input ? source : try reordered(source, input, best.from, number)
        guard best.to != output else {
            append(.init(number, best.layer, from, target, weights))
            return
        }
        let planar = newBlock(best.to.bytes, from: number + 1, to: number + 1)
        if node.inputs.count == 2 { _ = try reordered(target, output, best.to, number, into: planar) }
        append(.init(number, best.layer, from, planar, weights))
        _ = try reordered(planar, best.to, output, number, into: target)
    }
}

extension InferenceWindow {
    /// The window with its padding on a map that it fits.
    fileprivate func placed(on map: OneDNNLayer.Map) -> OneDNNLayer.Window {
        guard let place = placed(height: map.height, width: map.width) else {
            fatalError("a window of \(self) on a map of \(map)")
        }
        return OneDNNLayer.Window(
            kernel: (kernelHeight, kernelWidth), stride: (strideHeight, strideWidth),
            dilation: (dilationHeight, dilationWidth), top: place.top, left: place.left, bottom: place.bottom,
            right: place.right)
    }
}

/// One call of the library, or a concatenation, between memory blocks.
struct OneDNNInferenceStep {
    /// Weights in the layer's own layout, shared by all workers.
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
    /// The block of the second addend.
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

    /// Returns a closure that runs the step in the memory of a worker.
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
                // The call retains the layer, and this closure the weights.
                withExtendedLifetime(weights) { call.run() }
            }
        case .concatenate(let sources, let shape):
            let maps = sources.map { BlockedMap(address($0.block).assumingMemoryBound(to: Float.self), $0.shape) }
            let result = BlockedMap(address(target).assumingMemoryBound(to: Float.self), shape)
            return { result.concatenate(maps) }
        }
    }
}
