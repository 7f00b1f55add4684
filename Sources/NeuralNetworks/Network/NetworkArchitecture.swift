/// The network architectures that a manifest can select.
public enum NetworkArchitecture: String, Codable, Sendable, CaseIterable {
    /// An encoder and decoder without skip connections, with stacked dilated convolutions between them
    /// (Schuster et al., "SDC - Stacked Dilated Convolution", CVPR 2019).
    case sdc
    /// `sdc` with convex combination modules as skip connections: out = g * encoder + (1 - g) * decoder with g =
    /// sigmoid(conv1x1(encoder, decoder)), so that the output lies between its two inputs.
    case sdcCCM = "sdc-ccm"

    /// - Parameter baseWidth: The number of channels at full resolution; lower resolutions have 2, 4 and 6 times as
    ///   many. Multiples of the engine's block (16 or 8) avoid padding.
    public func description(baseWidth base: Int) -> NetworkDescription {
        guard base > 0 else { fatalError("a network of base width \(base)") }
        var network = NetworkDescription()
        let image = network.addTensor("image", groups: [3], reduction: 1)
        // With skip connections, encoder and decoder features share one tensor, which is their concatenation.
        let skip = self == .sdcCCM
        func features(_ name: String, _ channels: Int, _ reduction: Int) -> (
            NetworkDescription.View, NetworkDescription.View?
        ) {
            let view = network.addTensor(name, groups: skip ? [channels, channels] : [channels], reduction: reduction)
            guard skip else { return (view, nil) }
            return (part(view, 0), part(view, 1))
        }
        func part(_ view: NetworkDescription.View, _ group: Int) -> NetworkDescription.View {
            NetworkDescription.View(tensor: view.tensor, groups: group..<group + 1)
        }

        let encoder1a = network.addTensor("encoder1a", groups: [base], reduction: 1)
        network.addConvolution("encoder1a", from: image, to: encoder1a, kernelSize: 5)
        let (encoder1, decoder1Slot) = features("encoder1", base, 1)
        network.addConvolution("encoder1b", from: encoder1a, to: encoder1, kernelSize: 3)
        let encoder2a = network.addTensor("encoder2a", groups: [2 * base], reduction: 2)
        network.addConvolution("encoder2a", from: encoder1, to: encoder2a, kernelSize: 3, stride: 2)
        let (encoder2, decoder2Slot) = features("encoder2", 2 * base, 2)
        network.addConvolution("encoder2b", from: encoder2a, to: encoder2, kernelSize: 3)
        let encoder3a = network.addTensor("encoder3a", groups: [4 * base], reduction: 4)
        network.addConvolution("encoder3a", from: encoder2, to: encoder3a, kernelSize: 3, stride: 2)
        let (encoder3, decoder3Slot) = features("encoder3", 4 * base, 4)
        network.addConvolution("encoder3b", from: encoder3a, to: encoder3, kernelSize: 3)
        var deepest = network.addTensor("encoder4", groups: [6 * base], reduction: 8)
        network.addConvolution("encoder4", from: encoder3, to: deepest, kernelSize: 3, stride: 2)

        for block in 1...4 {
            let stacked = network.addTensor("sdc\(block)", groups: Array(repeating: base, count: 6), reduction: 8)
            for (path, dilation) in [1, 2, 4, 8, 16, 32].enumerated() {
                network.addConvolution(
                    "sdc\(block).\(dilation)", from: deepest, to: part(stacked, path), kernelSize: 3, dilation: dilation
                )
            }
            deepest = stacked
        }

        func decode(
            _ name: String, _ input: NetworkDescription.View, _ channels: Int, _ reduction: Int,
            _ encoder: NetworkDescription.View, _ slot: NetworkDescription.View?
        ) -> NetworkDescription.View {
            let enlarged = network.addUpsampling(from: input)
            let decoded = slot ?? network.addTensor(name, groups: [channels], reduction: reduction)
            network.addConvolution(name, from: enlarged, to: decoded, kernelSize: 3)
            guard slot != nil else { return decoded }
            let gate = network.addTensor(name + ".gate", groups: [channels], reduction: reduction)
            let both = NetworkDescription.View(tensor: decoded.tensor, groups: 0..<2)
            network.addConvolution(name + ".gate", from: both, to: gate, kernelSize: 1, activation: .sigmoid)
            let combined = network.addTensor(name + ".combined", groups: [channels], reduction: reduction)
            network.addCombination(gate: gate, first: encoder, second: decoded, to: combined)
            return combined
        }
        let decoder3a = decode("decoder3a", deepest, 4 * base, 4, encoder3, decoder3Slot)
        let decoder3 = network.addTensor("decoder3", groups: [4 * base], reduction: 4)
        network.addConvolution("decoder3b", from: decoder3a, to: decoder3, kernelSize: 3)
        let decoder2a = decode("decoder2a", decoder3, 2 * base, 2, encoder2, decoder2Slot)
        let decoder2 = network.addTensor("decoder2", groups: [2 * base], reduction: 2)
        network.addConvolution("decoder2b", from: decoder2a, to: decoder2, kernelSize: 3)
        let decoder1 = decode("decoder1", decoder2, base, 1, encoder1, decoder1Slot)
        let output = network.addTensor("output", groups: [3], reduction: 1)
        network.addConvolution("output", from: decoder1, to: output, kernelSize: 3, activation: .none)
        return network
    }
}
