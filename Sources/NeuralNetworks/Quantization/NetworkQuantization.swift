/// A network whose convolutions compute with 8-bit integers: their inputs, weights and outputs before the activation.
/// All else stays float32, and so do the convolutions of the image and of the output: they cost little, and their
/// rounding would reach the map directly.
public struct NetworkQuantization: Sendable, Equatable {
    public struct Convolution: Sendable, Equatable {
        public let input, output: LinearQuantization
        public let weights: QuantizedWeights
    }

    /// In the order of the network's convolutions; nil for float32.
    public let convolutions: [Convolution?]

    /// - Parameters:
    ///   - ranges: the values of inputs and outputs on typical images, from `NetworkEngine.ranges`.
    public init(_ network: NetworkDescription, parameters: [Float], ranges: [ConvolutionRanges]) {
        guard ranges.count == network.convolutions.count else {
            fatalError("\(ranges.count) ranges for \(network.convolutions.count) convolutions")
        }
        convolutions = zip(network.convolutions, ranges).map { convolution, range in
            guard convolution.input.tensor != 0, convolution.output.tensor != network.output.tensor else { return nil }
            let input = LinearQuantization(covering: range.input)
            let bias = convolution.biasOffset..<convolution.biasOffset + convolution.outputChannels
            return Convolution(
                input: input, output: LinearQuantization(covering: range.output),
                weights: QuantizedWeights(
                    weights: parameters[convolution.parameterOffset..<convolution.biasOffset], bias: parameters[bias],
                    inputScale: input.scale))
        }
    }

    /// Replaces parameters by those that the integers stand for.
    func rounded(_ parameters: [Float], _ network: NetworkDescription) -> [Float] {
        var parameters = parameters
        for (convolution, quantized) in zip(network.convolutions, convolutions) {
            guard let (weights, bias) = quantized?.weights.values else { continue }
            parameters.replaceSubrange(convolution.parameterOffset..<convolution.biasOffset, with: weights)
            parameters.replaceSubrange(convolution.biasOffset..<convolution.biasOffset + bias.count, with: bias)
        }
        return parameters
    }
}

/// The values of a convolution's input, and of its output before the activation.
public struct ConvolutionRanges: Sendable, Equatable {
    public internal(set) var input = ValueRange(), output = ValueRange()

    public init() {}

    public mutating func add(_ other: ConvolutionRanges) {
        input.add(other.input)
        output.add(other.output)
    }
}

/// An action on the values of a convolution: measuring their ranges, or rounding them to 8 bits.
enum ConvolutionRounding {
    case measure
    case round(NetworkQuantization.Convolution)
}

extension NetworkEngine {
    /// The ranges of all convolutions on images, as for `reconstruct`. Needs the engine `openblas`, which keeps what it
    /// computes before the activation.
    public func ranges(_ images: [[Float]]) -> [ConvolutionRanges] {
        for kernel in openBLASKernels { kernel.rounding = .measure }
        defer { for kernel in openBLASKernels { kernel.rounding = nil } }
        _ = reconstruct(images)
        return openBLASKernels.map { $0.takeRanges() }
    }

    /// Loads parameters to compute as the 8-bit network does, within the rounding of float32 sums. Needs the engine
    /// `openblas`.
    public func load(_ values: [Float], _ quantization: NetworkQuantization) throws(EngineError) {
        try load(quantization.rounded(values, network))
        for (kernel, convolution) in zip(openBLASKernels, quantization.convolutions) {
            kernel.rounding = convolution.map(ConvolutionRounding.round)
        }
    }

    private var openBLASKernels: [OpenBLASKernel] {
        convolutions.map { kernel in
            guard let kernel = kernel as? OpenBLASKernel else { fatalError("8 bits need the engine openblas") }
            return kernel
        }
    }
}
