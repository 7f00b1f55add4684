import SeededRandom

extension NetworkDescription {
    /// Initial parameters: weights and biases uniform in +-1/sqrt(fan in), which is what PyTorch draws for its convolutions
    /// (Kaiming uniform with a = sqrt 5), so that runs of both can be compared.
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
