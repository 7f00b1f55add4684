public import NeuralNetworks

/// A pretrained network in a file to import.
public struct BackboneFile: Sendable {
    /// Properties that an ONNX file does not specify. Ignored for other formats.
    public struct Options: Sendable {
        /// The scaling of input images.
        public var scaling: InferenceGraph.InputScaling
        /// The node outputs to use as taps. If empty, taps are chosen automatically.
        public var taps: [String]

        public init(scaling: InferenceGraph.InputScaling = .imageNet, taps: [String] = []) {
            (self.scaling, self.taps) = (scaling, taps)
        }
    }

    public let title: String
    public let graph: InferenceGraph

    /// Reads the .pth file of an EfficientNet-Lite, or an ONNX file. Nothing in the file is executed.
    ///
    /// - Throws: `BackboneError`, and `InferenceError` if the graph is invalid.
    public init(_ bytes: [UInt8], name: String, options: Options = Options()) throws {
        if bytes.starts(with: [0x50, 0x4B, 3, 4]) {
            throw BackboneError.unsupported(
                name, what: "it is a zip archive, as PyTorch writes since version 1.6",
                remedy: "export the network to ONNX with torch.onnx.export")
        }
        if TorchFile.isOne(bytes) {
            let network = try EfficientNetLite(try TorchFile(bytes, name: name).tensors, name: name)
            (title, graph) = (network.title, network.graph.simplified())
        } else {
            let model = try ONNXModel(bytes, name: name)
            title = model.graphName.isEmpty ? "ONNX network" : model.graphName
            graph = try ONNXImport(model, name: name, options: options).graph.simplified()
        }
        try graph.check()
    }
}

extension InferenceOperation {
    /// A batch norm in inference: (value - mean) / sqrt(variance + epsilon) * gamma + beta, by channel.
    static func batchNorm(
        gamma: [Float], beta: [Float], mean: [Float], variance: [Float], epsilon: Float
    ) -> InferenceOperation {
        let factors = zip(gamma, variance).map { $0 / ($1 + epsilon).squareRoot() }
        return .scale(factors: factors, offsets: beta.indices.map { beta[$0] - mean[$0] * factors[$0] })
    }
}

extension InferenceGraph.InputScaling {
    /// The input scaling of torchvision's networks.
    public static var imageNet: Self { Self(mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225]) }
    /// Values of 0 to 1, unchanged.
    public static var unit: Self { Self(mean: [0, 0, 0], deviation: [1, 1, 1]) }
    /// Values of about -1 to 1: (v - 127) / 128 for v of 0 to 255.
    public static var efficientNetLite: Self {
        Self(mean: Array(repeating: 127 / 255, count: 3), deviation: Array(repeating: 128 / 255, count: 3))
    }
}
