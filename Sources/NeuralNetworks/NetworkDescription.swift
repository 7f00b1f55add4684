/// A network as data: tensors, operations in the order of execution, and where each convolution's parameters lie in one
/// flat vector. It knows nothing about sizes in pixels, memory or engines.
public struct NetworkDescription: Sendable, Equatable {
    /// Feature maps of one scale. `groups` are the channels that each producer writes: concatenation is two producers that
    /// write into one tensor, so nothing is ever copied for it.
    public struct Tensor: Sendable, Equatable {
        public var name: String
        public var groups: [Int]
        /// The side of the input divided by the side of this tensor: 1, 2, 4 or 8.
        public var reduction: Int

        public var channels: Int { groups.reduce(0, +) }
    }

    /// Some neighbouring groups of a tensor.
    public struct View: Sendable, Equatable {
        public var tensor: Int
        public var groups: Range<Int>
    }

    public enum Activation: Sendable, Equatable { case none, elu, sigmoid }

    /// A convolution with bias and zero padding that keeps sizes (stride 1) or halves them (stride 2).
    public struct Convolution: Sendable, Equatable {
        public var name: String
        public var input, output: View
        public var inputChannels, outputChannels, kernelSize, stride, dilation: Int
        public var activation: Activation
        /// Where weights (output, input, y, x) and then the bias (output) start in the vector of parameters.
        public var parameterOffset: Int

        public var weightCount: Int { outputChannels * inputChannels * kernelSize * kernelSize }
        public var biasOffset: Int { parameterOffset + weightCount }
        public var padding: Int { dilation * (kernelSize / 2) }
        /// Inputs that feed one output: what the spread of initial weights depends on.
        public var fanIn: Int { inputChannels * kernelSize * kernelSize }
    }

    public enum Operation: Sendable, Equatable {
        case convolution(Convolution)
        /// Bilinear enlargement by two.
        case upsample(input: View, output: View)
        /// gate * first + (1 - gate) * second
        case combine(gate: View, first: View, second: View, output: View)
    }

    public private(set) var tensors: [Tensor] = []
    public private(set) var operations: [Operation] = []
    public private(set) var parameterCount = 0

    /// The image that goes in is tensor 0; the last operation writes the image that comes out.
    public var inputChannels: Int { tensors[0].channels }
    public var output: View {
        switch operations.last {
        case .convolution(let convolution): convolution.output
        case .upsample(_, let output), .combine(_, _, _, let output): output
        case nil: fatalError("a network without operations has no output")
        }
    }
    public var outputChannels: Int { channels(of: output) }

    /// Sides of images must be multiples of this.
    public var sizeMultiple: Int { tensors.map(\.reduction).max() ?? 1 }

    public var convolutions: [Convolution] {
        operations.compactMap { if case .convolution(let convolution) = $0 { convolution } else { nil } }
    }

    public func channels(of view: View) -> Int { tensors[view.tensor].groups[view.groups].reduce(0, +) }

    /// Multiplications and additions of one forward pass over an image, padding counted as if it were image.
    public func forwardOperations(height: Int, width: Int) -> Double {
        convolutions.reduce(0) { sum, convolution in
            let reduction = tensors[convolution.output.tensor].reduction
            let pixels = Double(height / reduction) * Double(width / reduction)
            return sum + 2 * Double(convolution.weightCount) * pixels
        }
    }
}

extension NetworkDescription {
    mutating func addTensor(_ name: String, groups: [Int], reduction: Int) -> View {
        tensors.append(Tensor(name: name, groups: groups, reduction: reduction))
        return View(tensor: tensors.count - 1, groups: 0..<groups.count)
    }

    mutating func addConvolution(
        _ name: String, from input: View, to output: View, kernelSize: Int, stride: Int = 1, dilation: Int = 1,
        activation: Activation = .elu
    ) {
        let convolution = Convolution(
            name: name, input: input, output: output, inputChannels: channels(of: input),
            outputChannels: channels(of: output), kernelSize: kernelSize, stride: stride, dilation: dilation,
            activation: activation, parameterOffset: parameterCount)
        parameterCount += convolution.weightCount + convolution.outputChannels
        operations.append(.convolution(convolution))
    }

    mutating func addUpsampling(from input: View) -> View {
        let source = tensors[input.tensor]
        let output = addTensor(
            source.name + ".up", groups: Array(source.groups[input.groups]), reduction: source.reduction / 2)
        operations.append(.upsample(input: input, output: output))
        return output
    }

    mutating func addCombination(gate: View, first: View, second: View, to output: View) {
        operations.append(.combine(gate: gate, first: first, second: second, output: output))
    }
}
