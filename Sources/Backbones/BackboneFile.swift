public import NeuralNetworks

/// A file that a backbone is brought in.
public struct BackboneFile: Sendable {
    /// What a person can say about a file that does not say it itself.
    public struct Options: Sendable {
        /// How the network wants its images; of ONNX files.
        public var scaling: InferenceGraph.InputScaling
        /// The outputs of nodes that shall be taps; of ONNX files. Where none is named, they are chosen.
        public var taps: [String]

        public init(scaling: InferenceGraph.InputScaling = .imageNet, taps: [String] = []) {
            (self.scaling, self.taps) = (scaling, taps)
        }
    }

    public let title: String
    public let graph: InferenceGraph

    /// Reads the .pth of an EfficientNet-Lite or an ONNX file. Nothing in the file is executed.
    ///
    /// Throws `BackboneError`, and `InferenceError` where the network cannot be run.
    public init(_ bytes: [UInt8], name: String, options: Options = Options()) throws {
        if bytes.starts(with: [0x50, 0x4B, 3, 4]) {
            throw BackboneError.unsupported(
                name, what: "it is a zip archive, as PyTorch writes since version 1.6",
                remedy: "export the network to ONNX by torch.onnx.export")
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

extension InferenceGraph.InputScaling {
    /// What torchvision's networks were trained on.
    public static var imageNet: Self { Self(mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225]) }
    /// Values of 0 to 1 as they are.
    public static var unit: Self { Self(mean: [0, 0, 0], deviation: [1, 1, 1]) }
    /// Values of -1 to 1, nearly: (v - 127) / 128 for v of 0 to 255.
    public static var efficientNetLite: Self {
        Self(mean: Array(repeating: 127 / 255, count: 3), deviation: Array(repeating: 128 / 255, count: 3))
    }
}
