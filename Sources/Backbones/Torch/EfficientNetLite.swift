import NeuralNetworks

/// An EfficientNet-Lite from its state dict: inverted residual blocks without squeeze-excitation, with ReLU6 and
/// TensorFlow's padding.
///
/// Widths are taken from the weights. Kernels, strides and block counts are those of the published networks.
struct EfficientNetLite {
    private static let kernels = [3, 3, 5, 3, 5, 5, 3]
    private static let strides = [1, 2, 2, 2, 1, 2, 1]
    private static let repeats = [[1, 2, 2, 3, 3, 4, 1], [1, 3, 3, 4, 4, 5, 1]]
    /// Titles by block count and by the channels after stage 4, which distinguish Lite1 from Lite2.
    private static let titles = [
        16: [112: "EfficientNet-Lite0"], 21: [112: "EfficientNet-Lite1", 120: "EfficientNet-Lite2"],
    ]
    private static let epsilon: Float = 1e-3

    private(set) var graph = InferenceGraph(scaling: .efficientNetLite)
    private(set) var title = ""
    private var tensors: [String: (shape: [Int], values: [Float])]
    private let name: String

    init(_ tensors: [String: (shape: [Int], values: [Float])], name: String) throws(BackboneError) {
        (self.tensors, self.name) = (tensors, name)
        let count = (0...32).first { tensors["_blocks.\($0)._depthwise_conv.weight"] == nil } ?? 0
        guard let repeats = Self.repeats.first(where: { $0.reduce(0, +) == count }) else {
            throw .unsupported(
                name, what: "its state dict has \(count) blocks of an EfficientNet-Lite, expected 16 or 21",
                remedy: "export the network to ONNX")
        }
        var value = try convolution("_conv_stem", norm: "_bn0", of: 0, kernel: 3, stride: 2, clips: true)
        var block = 0
        for (stage, repetitions) in repeats.enumerated() {
            var expanded = 0
            for repetition in 0..<repetitions {
                (value, expanded) = try self.block(
                    block, of: value, kernel: Self.kernels[stage], stride: repetition == 0 ? Self.strides[stage] : 1,
                    expands: block > 0, adds: repetition > 0)
                block += 1
            }
            graph.taps.append(InferenceGraph.Tap("stage\(stage)", value))
            graph.taps.append(InferenceGraph.Tap("stage\(stage).expanded", expanded))
            if stage == 4 { title = Self.titles[count]?[channels(of: value)] ?? "EfficientNet-Lite" }
        }
        value = try convolution("_conv_head", norm: "_bn1", of: value, clips: true)
        value = graph.append("pool", .globalAverage, value)
        graph.taps.append(InferenceGraph.Tap("pooled", value))
        let classes = try take("_fc.bias", [nil])
        let weights = try take("_fc.weight", [classes.shape[0], channels(of: value)])
        value = graph.append(
            "_fc",
            .convolution(
                InferenceConvolution(
                    inputChannels: weights.shape[1], outputChannels: weights.shape[0],
                    window: InferenceWindow(square: 1), weights: weights.values, bias: classes.values)), value)
        graph.taps.append(InferenceGraph.Tap("logits", value))
        if let left = self.tensors.keys.min() {
            throw .unsupported(
                name, what: "its state dict has \"\(left)\", which is not part of an EfficientNet-Lite",
                remedy: "export the network to ONNX")
        }
    }

    /// Appends a block and returns its output and its widest map.
    private mutating func block(
        _ number: Int, of input: Int, kernel: Int, stride: Int, expands: Bool, adds: Bool
    ) throws(BackboneError) -> (value: Int, expanded: Int) {
        let prefix = "_blocks.\(number)."
        var value = input
        if expands {
            value = try convolution(prefix + "_expand_conv", norm: prefix + "_bn0", of: value, clips: true)
        }
        let expanded = try convolution(
            prefix + "_depthwise_conv", norm: prefix + "_bn1", of: value, kernel: kernel, stride: stride,
            isDepthwise: true, clips: true)
        value = try convolution(prefix + "_project_conv", norm: prefix + "_bn2", of: expanded, clips: false)
        if adds {
            guard channels(of: value) == channels(of: input) else {
                throw .damaged(name, what: "block \(number) adds maps of different widths")
            }
            value = graph.append(prefix + "add", .add, value, input)
        }
        return (value, expanded)
    }

    private mutating func convolution(
        _ prefix: String, norm: String, of input: Int, kernel: Int = 1, stride: Int = 1, isDepthwise: Bool = false,
        clips: Bool
    ) throws(BackboneError) -> Int {
        let inputs = channels(of: input)
        let weights = try take(
            prefix + ".weight", [isDepthwise ? inputs : nil, isDepthwise ? 1 : inputs, kernel, kernel])
        let outputs = weights.shape[0]
        let convolution = InferenceConvolution(
            inputChannels: inputs, outputChannels: outputs, groups: isDepthwise ? inputs : 1,
            window: InferenceWindow(square: kernel, stride: stride, padding: .same), weights: weights.values)
        var value = graph.append(prefix, .convolution(convolution), input)
        let operation = InferenceOperation.batchNorm(
            gamma: try take(norm + ".weight", [outputs]).values, beta: try take(norm + ".bias", [outputs]).values,
            mean: try take(norm + ".running_mean", [outputs]).values,
            variance: try take(norm + ".running_var", [outputs]).values, epsilon: Self.epsilon)
        value = graph.append(norm, operation, value)
        return clips ? graph.append(prefix + ".relu6", .clip(.relu6), value) : value
    }

    /// The channels of a value of the graph so far.
    private func channels(of value: Int) -> Int {
        guard value > 0 else { return graph.scaling.channels }
        let node = graph.nodes[value - 1]
        if case .convolution(let convolution) = node.operation { return convolution.outputChannels }
        return channels(of: node.inputs[0])
    }

    /// Removes a tensor from the state dict and checks its shape; nil matches any size.
    private mutating func take(
        _ key: String, _ shape: [Int?]
    ) throws(BackboneError) -> (shape: [Int], values: [Float]) {
        guard let tensor = tensors.removeValue(forKey: key) else {
            throw .unsupported(
                name, what: "its state dict has no entry \"\(key)\" of an EfficientNet-Lite",
                remedy: "export the network to ONNX")
        }
        guard tensor.shape.count == shape.count, zip(tensor.shape, shape).allSatisfy({ $1 == nil || $0 == $1 }) else {
            let expected = shape.map { $0.map(String.init) ?? "any" }.joined(separator: " x ")
            throw .damaged(name, what: "\"\(key)\" has the shape \(tensor.shape), expected \(expected)")
        }
        return tensor
    }
}
