import Testing

@testable import NeuralNetworks

@Suite("Network architectures")
struct NetworkArchitectureTests {
    static let networks = NetworkArchitecture.allCases.flatMap { architecture in
        [1, 3, 16].map { architecture.description(baseWidth: $0) }
    }

    /// Counts from PyTorch for the same networks (sum of numel over parameters, whole_network.py).
    @Test("Parameter counts equal those of PyTorch")
    func parameterCounts() {
        #expect(NetworkArchitecture.sdc.description(baseWidth: 16).parameterCount == 585_459)
        #expect(NetworkArchitecture.sdcCCM.description(baseWidth: 16).parameterCount == 596_323)
        #expect(NetworkArchitecture.sdc.description(baseWidth: 32).parameterCount == 2_336_739)
    }

    @Test("An image of 256 x 256 takes about 4.5 billion operations, in proportion to pixels")
    func operations() {
        let network = NetworkArchitecture.sdc.description(baseWidth: 16)
        let operations = network.forwardOperations(height: 256, width: 256)
        #expect(abs(operations - 4.5e9) < 0.1e9)
        #expect(network.forwardOperations(height: 512, width: 128) == operations)
        #expect(network.forwardOperations(height: 128, width: 128) == operations / 4)
    }

    @Test("Parameters of convolutions are contiguous", arguments: networks)
    func layout(_ network: NetworkDescription) {
        var next = 0
        for convolution in network.convolutions {
            #expect(convolution.parameterOffset == next)
            let area = convolution.kernelSize * convolution.kernelSize
            #expect(convolution.weightCount == convolution.inputChannels * convolution.outputChannels * area)
            next = convolution.biasOffset + convolution.outputChannels
        }
        #expect(next == network.parameterCount)
    }

    @Test("Networks map images to images and write every tensor before reading it", arguments: networks)
    func dataFlow(_ network: NetworkDescription) {
        #expect(network.inputChannels == 3)
        #expect(network.outputChannels == 3)
        #expect(network.sizeMultiple == 8)
        #expect(network.tensors[network.output.tensor].reduction == 1)
        var written = Set([[0, 0]])
        func groups(_ view: NetworkDescription.View) -> Set<[Int]> { Set(view.groups.map { [view.tensor, $0] }) }
        for operation in network.operations {
            let (inputs, output): ([NetworkDescription.View], NetworkDescription.View) =
                switch operation {
                case .convolution(let convolution): ([convolution.input], convolution.output)
                case .upsample(let input, let output): ([input], output)
                case .combine(let gate, let first, let second, let output): ([gate, first, second], output)
                }
            for input in inputs { #expect(groups(input).isSubset(of: written)) }
            #expect(groups(output).isDisjoint(with: written))
            written.formUnion(groups(output))
        }
        #expect(written.count == network.tensors.reduce(0) { $0 + $1.groups.count })
    }

    @Test("Initial parameters depend on the seed only", arguments: networks)
    func seeds(_ network: NetworkDescription) {
        let parameters = network.initialParameters(seed: 5)
        #expect(parameters.count == network.parameterCount)
        #expect(parameters == network.initialParameters(seed: 5))
        let other = network.initialParameters(seed: 6)
        #expect(zip(parameters, other).filter { $0 == $1 }.count < parameters.count / 100 + 2)
    }

    @Test("Initial parameters are uniform within 1 / sqrt(fan in) and differ between layers")
    func initialSpread() {
        let network = NetworkArchitecture.sdcCCM.description(baseWidth: 16)
        let parameters = network.initialParameters(seed: 1)
        var starts: [Int: [[Float]]] = [:]
        for convolution in network.convolutions {
            let end = convolution.biasOffset + convolution.outputChannels
            let own = Array(parameters[convolution.parameterOffset..<end])
            let bound = 1 / Float(convolution.fanIn).squareRoot()
            #expect(own.allSatisfy { abs($0) <= bound }, "\(convolution.name)")
            #expect(own.map(abs).max() ?? 0 > 0.98 * bound, "\(convolution.name)")
            let variance = own.reduce(0) { $0 + $1 * $1 } / Float(own.count)
            #expect(abs(variance - bound * bound / 3) < 0.1 * bound * bound, "\(convolution.name)")
            starts[convolution.fanIn, default: []].append(Array(own.prefix(8)))
        }
        // Layers with equal fan in have the same range and differ only in their random stream.
        for (fanIn, layers) in starts { #expect(Set(layers).count == layers.count, "fan in \(fanIn)") }
        #expect(starts[6 * 16 * 9]?.count == 25)
    }
}
