import SeededRandom

/// A network as data: tensors, operations in execution order, and the place of each convolution's parameters in one
/// flat vector. Independent of image size, memory and engine.
public struct NetworkDescription: Sendable, Equatable {
    /// Feature maps at one scale. `groups` are the channel counts of its producers: concatenation is several producers
    /// writing to one tensor, so nothing is copied for it.
    public struct Tensor: Sendable, Equatable {
        public var name: String
        public var groups: [Int]
        /// The side of the image divided by the side of this tensor: 1, 2, 4 or 8.
        public var reduction: Int

        public var channels: Int { groups.reduce(0, +) }
    }

    /// Consecutive groups of a tensor.
    public struct View: Sendable, Equatable {
        public var tensor: Int
        public var groups: Range<Int>
    }

    public enum Activation: Sendable, Equatable { case none, elu, sigmoid }

    /// A convolution with bias and zero padding. Stride 1 keeps the size, stride 2 halves it.
    public struct Convolution: Sendable, Equatable {
        public var name: String
        public var input, output: View
        public var inputChannels, outputChannels, kernelSize, stride, dilation: Int
        public var activation: Activation
        /// The offset of weights (output, input, y, x) and then bias (output) in the vector of all parameters.
        public var parameterOffset: Int

        public var weightCount: Int { outputChannels * inputChannels * kernelSize * kernelSize }
        public var biasOffset: Int { parameterOffset + weightCount }
        public var padding: Int { dilation * (kernelSize / 2) }
        /// The number of inputs per output, which determines the scale of initial weights.
        public var fanIn: Int { inputChannels * kernelSize * kernelSize }
    }

    public enum Operation: Sendable, Equatable {
        case convolution(Convolution)
        /// Bilinear upsampling by two.
        case upsample(input: View, output: View)
        /// gate * first + (1 - gate) * second
        case combine(gate: View, first: View, second: View, output: View)
    }

    public private(set) var tensors: [Tensor] = []
    public private(set) var operations: [Operation] = []
    public private(set) var parameterCount = 0

    /// Tensor 0 is the input image. The last operation writes the output image.
    public var inputChannels: Int { tensors[0].channels }
    public var output: View {
        switch operations.last {
        case .convolution(let convolution): convolution.output
        case .upsample(_, let output), .combine(_, _, _, let output): output
        case nil: fatalError("a network without operations has no output")
        }
    }
    public var outputChannels: Int { channels(of: output) }

    /// The sides of images must be multiples of this.
    public var sizeMultiple: Int { tensors.map(\.reduction).max() ?? 1 }

    public var convolutions: [Convolution] {
        operations.compactMap { if case .convolution(let convolution) = $0 { convolution } else { nil } }
    }

    public func channels(of view: View) -> Int { tensors[view.tensor].groups[view.groups].reduce(0, +) }

    /// The number of multiplications and additions in one forward pass over an image, including padding.
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

    /// - Parameter output: Where the result goes; nil for a tensor of its own.
    mutating func addUpsampling(from input: View, to output: View? = nil) -> View {
        let source = tensors[input.tensor]
        let output =
            output
            ?? addTensor(
                source.name + ".up", groups: Array(source.groups[input.groups]), reduction: source.reduction / 2)
        operations.append(.upsample(input: input, output: output))
        return output
    }

    mutating func addCombination(gate: View, first: View, second: View, to output: View) {
        operations.append(.combine(gate: gate, first: first, second: second, output: output))
    }
}

extension NetworkDescription {
    /// Returns initial parameters: weights and biases uniform in +-1/sqrt(fan in), like PyTorch's default for
    /// convolutions (Kaiming uniform with a = sqrt 5).
    public func initialParameters(seed: UInt64) -> [Float] {
        var parameters = [Float](repeating: 0, count: parameterCount)
        for (index, convolution) in convolutions.enumerated() {
            var generator = SeededGenerator(seed: seed, stream: "weights", UInt64(index))
            let bound = 1 / Float(convolution.fanIn).squareRoot()
            for offset in convolution.parameterOffset..<convolution.biasOffset + convolution.outputChannels {
                parameters[offset] = generator.uniform(-bound, bound)
            }
        }
        return parameters
    }
}
