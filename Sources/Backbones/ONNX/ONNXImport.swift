import NeuralNetworks

/// Converts an ONNX model to an inference graph, node by node. Unsupported operators are rejected by name.
struct ONNXImport {
    private(set) var graph: InferenceGraph
    private let model: ONNXModel
    let file: String
    /// The meaning of each name in the model so far.
    private var symbols: [String: Symbol] = [:]
    private let size: (height: Int, width: Int)
    /// The shapes of the graph's values for an image of `size`.
    private var shapes: [FeatureShape]
    /// The number of weights. Weights shared by several nodes are stored, and counted, for each node.
    private var weights = 0
    private static let maximumWeights = 250_000_000

    enum Symbol {
        case constant(ONNXTensor)
        /// `isFlat` is true for a tensor that ONNX treats as a vector.
        case map(Int, isFlat: Bool)
    }

    /// The image size if the model leaves it open.
    private static let size = 224
    private static let maximumImageSide = 8192

    /// - Throws: `BackboneError`, and `InferenceError` if shapes do not match.
    init(_ model: ONNXModel, name: String, options: BackboneFile.Options) throws {
        (self.model, file) = (model, name)
        let inputs = model.inputs.filter { model.constants[$0.name] == nil }
        guard inputs.count == 1, inputs[0].sizes.count == 4 else {
            throw BackboneError.unsupported(
                name,
                what: "it has \(inputs.count) inputs, expected one of 4 dimensions (images, channels, height, width)",
                remedy: "export the part of the network that takes an image")
        }
        guard let channels = inputs[0].sizes[1], channels == options.scaling.channels else {
            throw BackboneError.unsupported(
                name,
                what: "its input has \(inputs[0].sizes[1].map(String.init) ?? "an open number of") channels, expected "
                    + "\(options.scaling.channels)", remedy: "export it for images of red, green and blue")
        }
        size = (inputs[0].sizes[2] ?? Self.size, inputs[0].sizes[3] ?? Self.size)
        guard max(size.height, size.width) <= Self.maximumImageSide else {
            throw BackboneError.unsupported(
                name,
                what:
                    "it takes images of \(size.width) x \(size.height) pixels, expected at most \(Self.maximumImageSide)",
                remedy: "export it for smaller images")
        }
        graph = InferenceGraph(scaling: options.scaling)
        shapes = [FeatureShape(channels: channels, height: size.height, width: size.width)]
        for (name, tensor) in model.constants { symbols[name] = .constant(tensor) }
        symbols[inputs[0].name] = .map(0, isFlat: false)
        let wanted = options.taps.isEmpty ? model.outputs : options.taps
        let needed = try needed(for: wanted)
        for (node, isNeeded) in zip(model.nodes, needed) where isNeeded { try add(node) }
        if options.taps.isEmpty { chooseTaps() }
        for name in wanted {
            guard case .map(let value, _) = symbols[name], value > 0 else {
                throw BackboneError.unsupported(
                    file, what: "it computes no map \"\(name)\"", remedy: "name the output of one of its nodes")
            }
            if !graph.taps.contains(where: { $0.name == name }) { graph.taps.append(InferenceGraph.Tap(name, value)) }
        }
        try graph.check()
    }

    /// Returns for each node whether one of the names depends on it. Nodes must follow the nodes that they depend on.
    private func needed(for names: [String]) throws(BackboneError) -> [Bool] {
        var wanted = Set(names)
        var makers: [String: Int] = [:]
        for (number, node) in model.nodes.enumerated() {
            for output in node.outputs where !output.isEmpty {
                guard symbols[output] == nil, makers.updateValue(number, forKey: output) == nil else {
                    throw .damaged(file, what: "\"\(output)\" is computed twice")
                }
            }
        }
        var needed = [Bool](repeating: false, count: model.nodes.count)
        for (number, node) in model.nodes.enumerated().reversed() where node.outputs.contains(where: wanted.contains) {
            needed[number] = true
            for input in node.inputs where !input.isEmpty {
                if let maker = makers[input], maker >= number {
                    throw .unsupported(
                        file,
                        what:
                            "node \"\(node.title)\" reads \"\(input)\", which no earlier node computes: the graph has a "
                            + "cycle, or its nodes are out of order", remedy: "sort them (ONNX requires it)")
                }
                guard makers[input] != nil || symbols[input] != nil else {
                    throw .damaged(file, what: "node \"\(node.title)\" reads \"\(input)\", which nothing computes")
                }
                wanted.insert(input)
            }
        }
        return needed
    }

    private mutating func add(_ node: ONNXModel.Node) throws {
        guard node.domain.isEmpty || node.domain == "ai.onnx", let operation = ONNXOperator(rawValue: node.kind) else {
            throw BackboneError.unsupported(
                file,
                what: "node \"\(node.title)\" has the operator \(node.domain.isEmpty ? "" : node.domain + ".")"
                    + "\(node.kind), expected one of \(ONNXOperator.allCases.map(\.rawValue).joined(separator: ", "))",
                remedy: "select taps before it with --tap, or export the network without it")
        }
        guard node.outputs.first?.isEmpty == false, node.outputs.dropFirst().allSatisfy({ !isUsed($0) }) else {
            throw refused(node, "its second output is used")
        }
        let made = try operation.symbol(of: node, in: &self)
        symbols[node.outputs[0]] = made
    }

    private func isUsed(_ name: String) -> Bool {
        !name.isEmpty && (model.outputs.contains(name) || model.nodes.contains { $0.inputs.contains(name) })
    }

    func refused(_ node: ONNXModel.Node, _ what: String) -> BackboneError {
        .unsupported(
            file, what: "node \"\(node.title)\" (\(node.kind)): \(what)",
            remedy: "select taps before it with --tap, or export the network without it")
    }

    /// The version of the operator set.
    var version: Int { model.version }

    // MARK: - Access for operators

    /// The symbol of a node's input; nil if the input is omitted.
    func symbol(_ node: ONNXModel.Node, _ index: Int) -> Symbol? {
        guard index < node.inputs.count, !node.inputs[index].isEmpty else { return nil }
        return symbols[node.inputs[index]]
    }

    func map(_ node: ONNXModel.Node, _ index: Int = 0) throws(BackboneError) -> (value: Int, isFlat: Bool) {
        guard case .map(let value, let isFlat) = symbol(node, index) else {
            throw refused(node, "its input \(index) does not depend on the image")
        }
        return (value, isFlat)
    }

    /// The value of a constant input; nil if the input is omitted.
    func constant(_ node: ONNXModel.Node, _ index: Int) throws(BackboneError) -> ONNXTensor? {
        switch symbol(node, index) {
        case nil: return nil
        case .constant(let tensor): return tensor
        case .map: throw refused(node, "its input \(index) is computed, expected a constant")
        }
    }

    func shape(of value: Int) -> FeatureShape { shapes[value] }

    /// Appends a node to the graph and validates its shapes.
    mutating func append(_ node: ONNXModel.Node, _ operation: InferenceOperation, _ inputs: [Int]) throws -> Int {
        graph.nodes.append(InferenceGraph.Node(node.outputs[0], operation, inputs))
        if case .convolution(let convolution) = operation { weights += convolution.weights.count }
        guard weights <= Self.maximumWeights else {
            throw refused(node, "the network would have more than \(Self.maximumWeights) weights")
        }
        shapes.append(try graph.shapeOfLastNode(after: shapes, image: size))
        return graph.nodes.count
    }

    /// Chooses one tap per map size: the last end of a block (an addition or concatenation, with or without a clip),
    /// otherwise the last map. Taps are named after their stride in image pixels.
    private mutating func chooseTaps() {
        var ends: [Int: (value: Int, isBlock: Bool)] = [:]
        for value in graph.nodes.indices.map({ $0 + 1 }) {
            let shape = shapes[value]
            guard shape.height > 1, shape.height < size.height else { continue }
            let isBlock = isEndOfBlock(value)
            if let known = ends[shape.height], known.isBlock, !isBlock { continue }
            ends[shape.height] = (value, isBlock)
        }
        for (height, end) in ends.sorted(by: { $0.key > $1.key }) {
            let stride = Int((Double(size.height) / Double(height)).rounded())
            let name = "stride\(stride)"
            if !graph.taps.contains(where: { $0.name == name }) {
                graph.taps.append(InferenceGraph.Tap(name, end.value))
            }
        }
    }

    private func isEndOfBlock(_ value: Int) -> Bool {
        // A loop, as a chain may be as long as the file.
        var value = value
        while value > 0 {
            let node = graph.nodes[value - 1]
            switch node.operation {
            case .add, .concatenate: return true
            case .clip, .scale: value = node.inputs[0]
            default: return false
            }
        }
        return false
    }
}
