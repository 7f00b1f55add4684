extension NetworkDescription {
    /// A network that marks what differs between an image and its reconstruction, like the discriminative network of
    /// DRAEM (Zavrtanik et al., ICCV 2021), but smaller: it begins and ends at half the resolution.
    ///
    /// The input has six channels: the image, then the image minus the reconstruction. The output has one: the logit of
    /// the probability that a pixel is anomalous. Image and difference have a first layer each, because oneDNN has no
    /// fast gradient for the weights of six planar channels.
    ///
    /// - Parameter base: A sixth of the number of channels at the lowest resolution, an eighth of the image's; higher
    ///   resolutions have 4 and 2 times as many. Multiples of the engine's block (16 or 8) avoid padding.
    public static func segmentation(baseWidth base: Int) -> NetworkDescription {
        guard base > 0 else { fatalError("a network of base width \(base)") }
        var network = NetworkDescription()
        func part(_ view: View, _ groups: Range<Int>) -> View { View(tensor: view.tensor, groups: groups) }

        let pair = network.addTensor("pair", groups: [3, 3], reduction: 1)
        let half = network.addTensor("half", groups: [base, base], reduction: 2)
        for (number, name) in ["image", "difference"].enumerated() {
            let group = number..<number + 1
            network.addConvolution(
                "half.\(name)", from: part(pair, group), to: part(half, group), kernelSize: 5, stride: 2)
        }
        // A concatenation of what is enlarged and what is passed on.
        let both2 = network.addTensor("both2", groups: [4 * base, 2 * base], reduction: 2)
        let passed2 = part(both2, 1..<2)
        network.addConvolution("passed2", from: half, to: passed2, kernelSize: 3)
        let quarter = network.addTensor("quarter", groups: [4 * base], reduction: 4)
        network.addConvolution("quarter", from: passed2, to: quarter, kernelSize: 3, stride: 2)
        let six = Array(repeating: base, count: 6)
        let both4 = network.addTensor("both4", groups: six + [4 * base], reduction: 4)
        let passed4 = part(both4, 6..<7)
        network.addConvolution("passed4", from: quarter, to: passed4, kernelSize: 3)
        let eighth = network.addTensor("eighth", groups: [6 * base], reduction: 8)
        network.addConvolution("eighth", from: passed4, to: eighth, kernelSize: 3, stride: 2)
        let context = network.addTensor("context", groups: six, reduction: 8)
        for (path, dilation) in [1, 2, 4, 8, 16, 32].enumerated() {
            network.addConvolution(
                "context.\(dilation)", from: eighth, to: part(context, path..<path + 1), kernelSize: 3,
                dilation: dilation)
        }

        _ = network.addUpsampling(from: context, to: part(both4, 0..<6))
        let joined4 = network.addTensor("joined4", groups: [4 * base], reduction: 4)
        network.addConvolution("joined4", from: both4, to: joined4, kernelSize: 3)
        _ = network.addUpsampling(from: joined4, to: part(both2, 0..<1))
        let joined2 = network.addTensor("joined2", groups: [2 * base], reduction: 2)
        network.addConvolution("joined2", from: both2, to: joined2, kernelSize: 3)
        let logit = network.addTensor("logit", groups: [1], reduction: 2)
        network.addConvolution("logit", from: joined2, to: logit, kernelSize: 3, activation: .none)
        _ = network.addUpsampling(from: logit)
        return network
    }

    /// The input for an image and its reconstruction, both normalised, channel-major.
    public static func segmentationInput(_ image: [Float], _ reconstruction: [Float]) -> [Float] {
        image + zip(image, reconstruction).map { $0 - $1 }
    }
}
