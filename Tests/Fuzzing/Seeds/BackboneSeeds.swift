/// Small files of networks.
enum BackboneSeeds {
    /// An EfficientNet-Lite0 all of whose maps have one channel.
    static var torch: [UInt8] {
        var writer = TorchWriter()
        func convolution(_ name: String, _ norm: String, inputs: Int = 1, _ kernel: Int) {
            let count = inputs * kernel * kernel
            writer.add(name + ".weight", [1, inputs, kernel, kernel], [Float](repeating: 0.25, count: count))
            for (part, value) in [("weight", 1), ("bias", 0.5), ("running_mean", 0), ("running_var", 1)]
                as [(String, Float)]
            {
                writer.add("\(norm).\(part)", [1], [value])
            }
        }
        convolution("_conv_stem", "_bn0", inputs: 3, 3)
        let kernels = zip([3, 3, 5, 3, 5, 5, 3], [1, 2, 2, 3, 3, 4, 1]).flatMap { Array(repeating: $0, count: $1) }
        for (number, kernel) in kernels.enumerated() {
            let block = "_blocks.\(number)."
            if number > 0 { convolution(block + "_expand_conv", block + "_bn0", 1) }
            convolution(block + "_depthwise_conv", block + "_bn1", kernel)
            convolution(block + "_project_conv", block + "_bn2", 1)
        }
        convolution("_conv_head", "_bn1", 1)
        writer.add("_fc.weight", [2, 1], [1, -1])
        writer.add("_fc.bias", [2], [0, 1])
        return writer.bytes
    }

    static var onnx: [[UInt8]] { [classifier.bytes, branches.bytes] }

    /// Files that are refused, of which a change of some bytes need not be.
    static var refused: [[UInt8]] {
        var integers = classifier
        integers.integers = ["dense"]
        return [integers.bytes]
    }

    static var classifier: ONNXWriter {
        var file = ONNXWriter()
        file.constants = [
            ("w", [2, 3, 3, 3], [Float](repeating: 0.125, count: 54)), ("b", [2], [0.5, -0.5]),
            ("gamma", [2], [1, 2]), ("beta", [2], [0, 1]), ("mean", [2], [0.5, 0]), ("variance", [2], [1, 4]),
            ("dense", [3, 2], [1, 2, 3, 4, 5, 6]), ("offset", [3], [0, 0, 1]),
        ]
        file.nodes = [
            .init(
                kind: "Conv", inputs: ["image", "w", "b"], output: "a",
                ints: ["pads": [1, 1, 1, 1], "strides": [2, 2], "kernel_shape": [3, 3]]),
            .init(kind: "BatchNormalization", inputs: ["a", "gamma", "beta", "mean", "variance"], output: "c"),
            .init(kind: "Relu", inputs: ["c"], output: "d"),
            .init(kind: "GlobalAveragePool", inputs: ["d"], output: "e"),
            .init(kind: "Flatten", inputs: ["e"], output: "f"),
            .init(kind: "Gemm", inputs: ["f", "dense", "offset"], output: "g", ints: ["transB": [1]]),
        ]
        file.outputs = ["g"]
        return file
    }

    static var branches: ONNXWriter {
        var file = ONNXWriter()
        file.constants = [
            ("w", [3, 1, 3, 3], [Float](repeating: 0.25, count: 27)), ("low", [], [0]), ("high", [], [6]),
        ]
        file.nodes = [
            .init(
                kind: "Conv", inputs: ["image", "w"], output: "a", ints: ["group": [3]],
                texts: ["auto_pad": "SAME_UPPER"]),
            .init(kind: "Clip", inputs: ["a", "low", "high"], output: "b"),
            .init(kind: "Add", inputs: ["b", "image"], output: "c"),
            .init(
                kind: "MaxPool", inputs: ["c"], output: "d",
                ints: ["kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": [1]]),
            .init(
                kind: "AveragePool", inputs: ["c"], output: "e", ints: ["kernel_shape": [2, 2], "strides": [2, 2]]),
            .init(kind: "Identity", inputs: ["e"], output: "f"),
            .init(kind: "Concat", inputs: ["d", "f"], output: "g", ints: ["axis": [1]]),
        ]
        file.outputs = ["g"]
        return file
    }
}
