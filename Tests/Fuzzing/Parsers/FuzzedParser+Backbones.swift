import Backbones
import BinaryCoding
import NeuralNetworks

extension FuzzedParser {
    static let backbones = [torchFile, onnxFile, backbone]

    /// What is read must be a network that runs, in every size that it says it can.
    private static func use(_ graph: InferenceGraph) throws {
        _ = graph.parameterCount
        for side in [1, 7, 32] { _ = try? graph.shapes(height: side, width: side) }
        let kept = Backbone(provenance: .init(title: "", licence: "", origin: "", sha256: ""), graph: graph)
        guard try Backbone(bytes: kept.bytes, name: "again") == kept else {
            fatalError("a backbone changes when it is written and read")
        }
    }

    private static let torchFile = FuzzedParser(
        name: "torch", maximumBytes: 1 << 16,
        words: [
            "collections\nOrderedDict\n", "torch\nFloatStorage\n", "torch._utils\n_rebuild_tensor_v2\n", "storage",
        ],
        seeds: { [BackboneSeeds.torch] }
    ) { _ in
        { bytes in
            do {
                try use(BackboneFile(bytes, name: "input").graph)
            } catch is InferenceError {}
        }
    }

    private static let onnxFile = FuzzedParser(
        name: "onnx", maximumBytes: 4096,
        words: ["Conv", "Relu", "Add", "Gemm", "Flatten", "MaxPool", "Concat", "pads", "strides", "SAME_UPPER"],
        seeds: { BackboneSeeds.onnx + BackboneSeeds.refused }
    ) { _ in
        { bytes in
            do {
                try use(BackboneFile(bytes, name: "input").graph)
            } catch is InferenceError {}
        }
    }

    private static let backbone = FuzzedParser(
        name: "backbone", maximumBytes: 4096,
        seeds: {
            try BackboneSeeds.onnx.map {
                Backbone(
                    provenance: .init(title: "t", licence: "l", origin: "o", sha256: "s"),
                    graph: try BackboneFile($0, name: "seed").graph
                ).bytes
            }
        }
    ) { _ in
        { bytes in
            do {
                let backbone = try Backbone(bytes: bytes, name: "input")
                guard backbone.bytes == bytes else { fatalError("a backbone changes when it is read and written") }
                try use(backbone.graph)
            } catch is InferenceError {}
        }
    }
}
