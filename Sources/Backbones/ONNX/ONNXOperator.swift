import NeuralNetworks

/// The supported ONNX operators, as specified at https://onnx.ai/onnx/operators.
enum ONNXOperator: String, CaseIterable {
    case convolution = "Conv"
    case batchNorm = "BatchNormalization"
    case relu = "Relu"
    case clip = "Clip"
    case add = "Add"
    case maxPool = "MaxPool"
    case averagePool = "AveragePool"
    case globalAverage = "GlobalAveragePool"
    case concatenate = "Concat"
    case flatten = "Flatten"
    case dense = "Gemm"
    case identity = "Identity"
    case dropout = "Dropout"
    case constant = "Constant"

    func symbol(of node: ONNXModel.Node, in source: inout ONNXImport) throws -> ONNXImport.Symbol {
        try requireAttributes(node, source)
        switch self {
        case .convolution: return try convolution(node, &source)
        case .batchNorm: return try batchNorm(node, &source)
        case .relu: return try clip(node, .relu, &source)
        case .clip: return try clip(node, try limits(node, source), &source)
        case .add:
            let (first, second) = (try source.map(node, 0), try source.map(node, 1))
            return .map(try source.append(node, .add, [first.value, second.value]), isFlat: first.isFlat)
        case .maxPool: return try pool(node, &source) { .maxPool($0) }
        case .averagePool:
            let countsPadding = node.int("count_include_pad", 0) != 0
            guard !countsPadding || node.int("ceil_mode", 0) == 0 else {
                throw source.refused(node, "it counts padding and rounds up")
            }
            return try pool(node, &source) { .averagePool($0, countsPadding: countsPadding) }
        case .globalAverage:
            return .map(try source.append(node, .globalAverage, [try source.map(node).value]), isFlat: false)
        case .concatenate:
            let inputs = try node.inputs.indices.map { try source.map(node, $0) }
            guard let first = inputs.first, let axis = node.attributes["axis"]?.int,
                axis == 1 || axis == (first.isFlat ? -1 : -3)
            else { throw source.refused(node, "it has no input, or its axis is not that of the channels") }
            return .map(try source.append(node, .concatenate, inputs.map(\.value)), isFlat: first.isFlat)
        case .flatten:
            guard [1, -3].contains(node.int("axis", 1)) else { throw source.refused(node, "its axis is not 1") }
            return .map(try source.map(node).value, isFlat: true)
        case .dense: return try dense(node, &source)
        case .identity, .dropout:
            guard let symbol = source.symbol(node, 0) else { throw source.refused(node, "it has no input") }
            return symbol
        case .constant:
            guard let tensor = node.attributes["value"]?.tensor else {
                throw source.refused(node, "its value is not a tensor")
            }
            return .constant(tensor)
        }
    }

    /// Rejects unknown attributes, which could change the meaning of a node.
    private func requireAttributes(_ node: ONNXModel.Node, _ source: ONNXImport) throws(BackboneError) {
        let window = ["auto_pad", "dilations", "kernel_shape", "pads", "strides"]
        let known =
            switch self {
            case .convolution: window + ["group"]
            case .batchNorm: ["epsilon", "momentum", "spatial", "training_mode"]
            case .clip: ["min", "max"]
            case .maxPool: window + ["ceil_mode", "storage_order"]
            case .averagePool: window + ["ceil_mode", "count_include_pad"]
            case .concatenate, .flatten: ["axis"]
            case .dense: ["alpha", "beta", "transA", "transB"]
            case .dropout: ["ratio", "seed"]
            case .constant: ["value"]
            case .relu, .add, .globalAverage, .identity: [] as [String]
            }
        for name in node.attributes.keys.sorted() where !known.contains(name) {
            throw source.refused(node, "its attribute \"\(name)\" is not supported")
        }
    }

    private func convolution(_ node: ONNXModel.Node, _ source: inout ONNXImport) throws -> ONNXImport.Symbol {
        guard let weights = try source.constant(node, 1), weights.shape.count == 4, weights.shape.allSatisfy({ $0 > 0 })
        else { throw source.refused(node, "its weights are not a constant of 4 dimensions") }
        let (input, isFlat) = try source.map(node)
        let groups = node.int("group", 1)
        guard !isFlat, (1...weights.shape[0]).contains(groups),
            weights.shape[1] <= InferenceGraph.maximumChannels / groups
        else { throw source.refused(node, "weights of the shape \(weights.shape) do not fit in \(groups) groups") }
        let kernel = (weights.shape[2], weights.shape[3])
        if let said = node.attributes["kernel_shape"]?.ints, said != [kernel.0, kernel.1] {
            throw source.refused(node, "its kernel_shape is \(said), but its weights have the shape \(weights.shape)")
        }
        var convolution = InferenceConvolution(
            inputChannels: weights.shape[1] * groups, outputChannels: weights.shape[0], groups: groups,
            window: try window(node, kernel, source), weights: weights.floats)
        if let bias = try source.constant(node, 2) { convolution.bias = bias.floats }
        return .map(try source.append(node, .convolution(convolution), [input]), isFlat: false)
    }

    private func window(
        _ node: ONNXModel.Node, _ kernel: (Int, Int), _ source: ONNXImport
    ) throws(BackboneError) -> InferenceWindow {
        func pair(_ name: String) throws(BackboneError) -> (Int, Int) {
            let numbers = node.attributes[name]?.ints ?? [1, 1]
            guard numbers.count == 2, numbers.allSatisfy((1...InferenceWindow.limit).contains) else {
                throw source.refused(node, "its \(name) are \(numbers)")
            }
            return (numbers[0], numbers[1])
        }
        let (strides, dilations) = (try pair("strides"), try pair("dilations"))
        let padding: InferenceWindow.Padding
        switch node.attributes["auto_pad"]?.text ?? "NOTSET" {
        case "NOTSET":
            let pads = node.attributes["pads"]?.ints ?? [0, 0, 0, 0]
            guard pads.count == 4, pads.allSatisfy((0...InferenceWindow.limit).contains) else {
                throw source.refused(node, "its pads are \(pads)")
            }
            padding = .explicit(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3])
        case "SAME_UPPER": padding = .same
        case "SAME_LOWER": padding = .sameLower
        case "VALID": padding = .none
        case let other: throw source.refused(node, "its auto_pad is \(other)")
        }
        return InferenceWindow(
            kernelHeight: kernel.0, kernelWidth: kernel.1, strideHeight: strides.0, strideWidth: strides.1,
            dilationHeight: dilations.0, dilationWidth: dilations.1, padding: padding,
            roundsUp: node.int("ceil_mode", 0) != 0)
    }

    private func pool(
        _ node: ONNXModel.Node, _ source: inout ONNXImport, _ operation: (InferenceWindow) -> InferenceOperation
    ) throws -> ONNXImport.Symbol {
        guard let kernel = node.attributes["kernel_shape"]?.ints, kernel.count == 2 else {
            throw source.refused(node, "its kernel_shape is not two numbers")
        }
        let window = try window(node, (kernel[0], kernel[1]), source)
        return .map(try source.append(node, operation(window), [try source.map(node).value]), isFlat: false)
    }

    private func batchNorm(_ node: ONNXModel.Node, _ source: inout ONNXImport) throws -> ONNXImport.Symbol {
        guard node.int("training_mode", 0) == 0, node.int("spatial", 1) == 1 else {
            throw source.refused(node, "it is in training mode")
        }
        let (value, isFlat) = try source.map(node)
        let numbers = try (1...4).map { try source.constant(node, $0)?.floats ?? [] }
        let channels = source.shape(of: value).channels
        guard numbers.allSatisfy({ $0.count == channels }) else {
            throw source.refused(
                node, "expected \(channels) values for each of its four parameters, one for each channel")
        }
        let epsilon = node.attributes["epsilon"]?.float ?? 1e-5
        let operation = InferenceOperation.batchNorm(
            gamma: numbers[0], beta: numbers[1], mean: numbers[2], variance: numbers[3], epsilon: epsilon)
        return .map(try source.append(node, operation, [value]), isFlat: isFlat)
    }

    private func clip(
        _ node: ONNXModel.Node, _ range: ClosedRange<Float>, _ source: inout ONNXImport
    ) throws -> ONNXImport.Symbol {
        let (value, isFlat) = try source.map(node)
        return .map(try source.append(node, .clip(range), [value]), isFlat: isFlat)
    }

    /// The limits are attributes before operator set 11, inputs since.
    private func limits(_ node: ONNXModel.Node, _ source: ONNXImport) throws(BackboneError) -> ClosedRange<Float> {
        let low = try source.constant(node, 1)?.floats.first ?? node.attributes["min"]?.float
        let high = try source.constant(node, 2)?.floats.first ?? node.attributes["max"]?.float
        let largest = Float.greatestFiniteMagnitude
        let range = (max(-largest, low ?? -largest), min(largest, high ?? largest))
        guard range.0 <= range.1 else { throw source.refused(node, "its limits are \(range.0) and \(range.1)") }
        return range.0...range.1
    }

    /// A matrix product of a flattened map is a convolution whose kernel covers the whole map.
    private func dense(_ node: ONNXModel.Node, _ source: inout ONNXImport) throws -> ONNXImport.Symbol {
        guard let weights = try source.constant(node, 1), weights.shape.count == 2,
            weights.shape.allSatisfy({ $0 > 0 }),
            weights.floats.count == weights.shape[0] * weights.shape[1], node.int("transA", 0) == 0
        else {
            throw source.refused(node, "its weights are not a constant matrix of floats, or its input is transposed")
        }
        let (value, isFlat) = try source.map(node)
        let shape = source.shape(of: value)
        let isTransposed = node.int("transB", 0) != 0
        let (outputs, inputs) =
            isTransposed ? (weights.shape[0], weights.shape[1]) : (weights.shape[1], weights.shape[0])
        guard isFlat, inputs == shape.count else {
            throw source.refused(
                node,
                "it takes \(inputs) numbers, but its input is a map of \(shape.channels) x \(shape.height) x "
                    + "\(shape.width)")
        }
        let (alpha, beta) = (node.attributes["alpha"]?.float ?? 1, node.attributes["beta"]?.float ?? 1)
        var rows = [Float](repeating: 0, count: weights.floats.count)
        for output in 0..<outputs {
            for input in 0..<inputs {
                let from = isTransposed ? output * inputs + input : input * outputs + output
                rows[output * inputs + input] = weights.floats[from] * alpha
            }
        }
        var convolution = InferenceConvolution(
            inputChannels: shape.channels, outputChannels: outputs,
            window: InferenceWindow(kernelHeight: shape.height, kernelWidth: shape.width), weights: rows)
        if let bias = try source.constant(node, 2) {
            guard bias.floats.count == outputs || bias.floats.count == 1 else {
                throw source.refused(node, "it has \(bias.floats.count) biases for \(outputs) outputs")
            }
            convolution.bias = (0..<outputs).map { bias.floats[bias.floats.count == 1 ? 0 : $0] * beta }
        }
        return .map(try source.append(node, .convolution(convolution), [value]), isFlat: true)
    }
}

extension ONNXModel.Node {
    fileprivate func int(_ name: String, _ standard: Int) -> Int { attributes[name]?.int ?? standard }
}
