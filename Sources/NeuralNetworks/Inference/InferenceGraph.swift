/// A forward-only network for images of any size: a list of nodes with their weights, each of which reads values of
/// earlier nodes.
///
/// Value 0 is the image; value i + 1 is the output of node i.
public struct InferenceGraph: Sendable, Equatable {
    public var scaling: InputScaling
    public var nodes: [Node]
    public var taps: [Tap]

    /// Maps pixel values of 0 to 1 to the range of the training data: (value - mean) / deviation, by channel.
    public struct InputScaling: Sendable, Equatable {
        public var mean, deviation: [Float]

        public init(mean: [Float], deviation: [Float]) { (self.mean, self.deviation) = (mean, deviation) }

        public var channels: Int { mean.count }
    }

    public struct Node: Sendable, Equatable {
        /// The name in the imported file, for messages.
        public var name: String
        public var operation: InferenceOperation
        /// The values that the node reads.
        public var inputs: [Int]

        public init(_ name: String, _ operation: InferenceOperation, _ inputs: [Int]) {
            (self.name, self.operation, self.inputs) = (name, operation, inputs)
        }
    }

    /// A value that callers can request by name.
    public struct Tap: Sendable, Equatable {
        public var name: String
        public var value: Int

        public init(_ name: String, _ value: Int) { (self.name, self.value) = (name, value) }
    }

    public init(scaling: InputScaling, nodes: [Node] = [], taps: [Tap] = []) {
        (self.scaling, self.nodes, self.taps) = (scaling, nodes, taps)
    }

    /// Appends a node and returns the number of its value.
    public mutating func append(_ name: String, _ operation: InferenceOperation, _ inputs: Int...) -> Int {
        nodes.append(Node(name, operation, inputs))
        return nodes.count
    }

    /// The number of trained parameters, after folding.
    public var parameterCount: Int { nodes.reduce(0) { $0 + $1.operation.parameterCount } }

    /// Returns for each node whether any of the values depends on it.
    package func isNeeded(for values: [Int]) -> [Bool] {
        var needed = [Bool](repeating: false, count: nodes.count)
        for value in values where value > 0 { needed[value - 1] = true }
        for node in nodes.indices.reversed() where needed[node] {
            for input in nodes[node].inputs where input > 0 { needed[input - 1] = true }
        }
        return needed
    }

    /// Returns the named taps in the order of the names, or all taps for nil.
    public func taps(named names: [String]?) throws(InferenceError) -> [Tap] {
        guard let names else { return taps }
        var found: [Tap] = []
        for name in names {
            guard let tap = taps.first(where: { $0.name == name }) else {
                throw .unknownTap(name, known: taps.map(\.name))
            }
            found.append(tap)
        }
        return found
    }
}

/// The operation of a node.
public enum InferenceOperation: Sendable, Equatable {
    /// A second input, if any, is added before clipping.
    case convolution(InferenceConvolution)
    case clip(ClosedRange<Float>)
    /// factor * value + offset by channel: a batch norm without a preceding convolution.
    case scale(factors: [Float], offsets: [Float])
    case add
    case maxPool(InferenceWindow)
    /// `countsPadding`: padding counts as zeros; otherwise only values inside the map are averaged.
    case averagePool(InferenceWindow, countsPadding: Bool)
    /// The mean of each channel.
    case globalAverage
    /// Concatenates any number of inputs by channel.
    case concatenate

    var parameterCount: Int {
        switch self {
        case .convolution(let convolution): convolution.weights.count + convolution.bias.count
        case .scale(let factors, let offsets): factors.count + offsets.count
        default: 0
        }
    }

    public var name: String {
        switch self {
        case .convolution: "convolution"
        case .clip: "clip"
        case .scale: "scale"
        case .add: "add"
        case .maxPool: "max pool"
        case .averagePool: "average pool"
        case .globalAverage: "global average"
        case .concatenate: "concatenate"
        }
    }

    /// The permitted number of inputs.
    var inputCounts: ClosedRange<Int> {
        switch self {
        case .convolution: 1...2
        case .add: 2...2
        case .concatenate: 1...1024
        default: 1...1
        }
    }
}

public struct InferenceConvolution: Sendable, Equatable {
    public var inputChannels, outputChannels, groups: Int
    public var window: InferenceWindow
    /// In the order output, input within the group, y, x.
    public var weights: [Float]
    public var bias: [Float]
    /// Applied last.
    public var clip: ClosedRange<Float>?

    public init(
        inputChannels: Int, outputChannels: Int, groups: Int = 1, window: InferenceWindow, weights: [Float],
        bias: [Float]? = nil, clip: ClosedRange<Float>? = nil
    ) {
        (self.inputChannels, self.outputChannels, self.groups) = (inputChannels, outputChannels, groups)
        (self.window, self.weights, self.clip) = (window, weights, clip)
        self.bias = bias ?? [Float](repeating: 0, count: outputChannels)
    }

    var weightCount: Int {
        outputChannels * (inputChannels / groups) * window.kernelHeight * window.kernelWidth
    }
}

extension ClosedRange<Float> {
    /// The range of ReLU. The upper bound is the largest finite number, because libraries need not accept infinity.
    public static var relu: ClosedRange<Float> { 0...Float.greatestFiniteMagnitude }
    public static var relu6: ClosedRange<Float> { 0...6 }
}

/// The kernel of a convolution or the window of a pool, with stride, dilation and padding.
public struct InferenceWindow: Sendable, Equatable {
    public enum Padding: Sendable, Equatable {
        /// The output size is the input size divided by the stride, rounded up. Odd padding puts the extra row or
        /// column at the bottom or right.
        case same
        /// Like `same`, with the extra row or column at the top or left.
        case sameLower
        case explicit(top: Int, left: Int, bottom: Int, right: Int)

        public static let none = Padding.explicit(top: 0, left: 0, bottom: 0, right: 0)
    }

    public var kernelHeight, kernelWidth, strideHeight, strideWidth, dilationHeight, dilationWidth: Int
    public var padding: Padding
    /// For pools: the last window may extend beyond the padding if it starts inside (ceil mode).
    public var roundsUp: Bool

    public init(
        kernelHeight: Int, kernelWidth: Int, strideHeight: Int = 1, strideWidth: Int = 1, dilationHeight: Int = 1,
        dilationWidth: Int = 1, padding: Padding = .none, roundsUp: Bool = false
    ) {
        (self.kernelHeight, self.kernelWidth) = (kernelHeight, kernelWidth)
        (self.strideHeight, self.strideWidth) = (strideHeight, strideWidth)
        (self.dilationHeight, self.dilationWidth) = (dilationHeight, dilationWidth)
        (self.padding, self.roundsUp) = (padding, roundsUp)
    }

    public init(square kernel: Int, stride: Int = 1, padding: Padding = .none) {
        self.init(
            kernelHeight: kernel, kernelWidth: kernel, strideHeight: stride, strideWidth: stride, padding: padding)
    }

    /// A window on a map of a given size: its padding on each side and the output size.
    package struct Placed: Equatable {
        package var top, left, bottom, right, outputHeight, outputWidth: Int
    }

    /// Returns nil if the padded map is smaller than the window.
    package func placed(height: Int, width: Int) -> Placed? {
        let (before, after): ((Int, Int)?, (Int, Int)?) =
            switch padding {
            case .explicit(let top, let left, let bottom, let right): ((top, left), (bottom, right))
            default: (nil, nil)
            }
        guard
            let rows = axis(
                height, kernelHeight, strideHeight, dilationHeight, explicit: before.map { ($0.0, after!.0) }),
            let columns = axis(
                width, kernelWidth, strideWidth, dilationWidth, explicit: before.map { ($0.1, after!.1) })
        else { return nil }
        return Placed(
            top: rows.before, left: columns.before, bottom: rows.after, right: columns.after,
            outputHeight: rows.count, outputWidth: columns.count)
    }

    private func axis(
        _ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, explicit: (Int, Int)?
    ) -> (before: Int, after: Int, count: Int)? {
        let reach = (kernel - 1) * dilation + 1
        guard let (before, after) = explicit else {
            let count = (size + stride - 1) / stride
            let total = max(0, (count - 1) * stride + reach - size)
            return padding == .same
                ? (total / 2, total - total / 2, count) : (total - total / 2, total / 2, count)
        }
        let room = size + before + after - reach
        guard room >= 0 else { return nil }
        guard roundsUp, room % stride != 0, (room / stride + 1) * stride < size + before else {
            return (before, after, room / stride + 1)
        }
        return (before, after + stride - room % stride, room / stride + 2)
    }

    /// The maximum of each part in the file format.
    public static let limit = 4096

    var isSound: Bool {
        let parts = [kernelHeight, kernelWidth, strideHeight, strideWidth, dilationHeight, dilationWidth]
        guard parts.allSatisfy((1...Self.limit).contains) else { return false }
        guard case .explicit(let top, let left, let bottom, let right) = padding else { return true }
        return [top, left, bottom, right].allSatisfy((0...Self.limit).contains)
    }
}
