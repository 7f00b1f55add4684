import NeuralNetworks

/// Makes an inference graph of an ONNX model, node by node. What it cannot do is refused by the operator's name.
struct ONNXImport {
    private(set) var graph: InferenceGraph
    private let model: ONNXModel
    let file: String
    /// What each name of the model stands for so far.
    private var symbols: [String: Symbol] = [:]
    private let size: (height: Int, width: Int)
    /// The shapes of the graph's values for an image of that size.
    private var shapes: [FeatureShape]
    /// Nodes may share weights, which are counted, and kept, for each.
    private var weights = 0
    private static let maximumWeights = 250_000_000

    enum Symbol {
        case constant(ONNXTensor)
        /// `isFlat`: what ONNX takes for a row of numbers.
        case map(Int, isFlat: Bool)
    }

    /// Where the file leaves the size of the image open.
    private static let size = 224
    private static let maximumImageSide = 8192

    /// Throws `BackboneError`, and `InferenceError` where shapes do not fit.
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
                    "it takes images of \(size.width) x \(size.height) pixels, at most \(Self.maximumImageSide) are allowed",
                remedy: "export it for smaller ones")
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
                    file, what: "it makes no map \"\(name)\"", remedy: "name the output of one of its nodes")
            }
            if !graph.taps.contains(where: { $0.name == name }) { graph.taps.append(InferenceGraph.Tap(name, value)) }
        }
        try graph.check()
    }

    /// Which nodes the wanted names need. Nodes must stand behind what they take.
    private func needed(for names: [String]) throws(BackboneError) -> [Bool] {
        var wanted = Set(names)
        var makers: [String: Int] = [:]
        for (number, node) in model.nodes.enumerated() {
            for output in node.outputs where !output.isEmpty {
                guard symbols[output] == nil, makers.updateValue(number, forKey: output) == nil else {
                    throw .damaged(file, what: "\"\(output)\" is made twice")
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
                            "node \"\(node.title)\" takes \"\(input)\", which no earlier node makes: it goes in a circle, "
                            + "or its nodes are out of order", remedy: "sort them (onnx requires it)")
                }
                guard makers[input] != nil || symbols[input] != nil else {
                    throw .damaged(file, what: "node \"\(node.title)\" takes \"\(input)\", which nothing makes")
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
                what: "node \"\(node.title)\" is of the operator \(node.domain.isEmpty ? "" : node.domain + ".")"
                    + "\(node.kind), and known are \(ONNXOperator.allCases.map(\.rawValue).joined(separator: ", "))",
                remedy: "name taps before it by --tap, or export the network without it")
        }
        guard node.outputs.first?.isEmpty == false, node.outputs.dropFirst().allSatisfy({ !isUsed($0) }) else {
            throw refused(node, "a second output of it is used")
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
            remedy: "name taps before it by --tap, or export the network without it")
    }

    /// The version of the operators.
    var version: Int { model.version }

    // MARK: - For operators

    /// What an input of a node stands for; `nil` where it is left out.
    func symbol(_ node: ONNXModel.Node, _ index: Int) -> Symbol? {
        guard index < node.inputs.count, !node.inputs[index].isEmpty else { return nil }
        return symbols[node.inputs[index]]
    }

    func map(_ node: ONNXModel.Node, _ index: Int = 0) throws(BackboneError) -> (value: Int, isFlat: Bool) {
        guard case .map(let value, let isFlat) = symbol(node, index) else {
            throw refused(node, "its input \(index) is no map that the image makes")
        }
        return (value, isFlat)
    }

    /// The numbers of a constant input; `nil` where it is left out.
    func constant(_ node: ONNXModel.Node, _ index: Int) throws(BackboneError) -> ONNXTensor? {
        switch symbol(node, index) {
        case nil: return nil
        case .constant(let tensor): return tensor
        case .map: throw refused(node, "its input \(index) is computed, expected a constant")
        }
    }

    func shape(of value: Int) -> FeatureShape { shapes[value] }

    /// Adds a node to the graph, and checks the shapes.
    mutating func append(_ node: ONNXModel.Node, _ operation: InferenceOperation, _ inputs: [Int]) throws -> Int {
        graph.nodes.append(InferenceGraph.Node(node.outputs[0], operation, inputs))
        if case .convolution(let convolution) = operation { weights += convolution.weights.count }
        guard weights <= Self.maximumWeights else {
            throw refused(node, "with it the network has more than \(Self.maximumWeights) weights")
        }
        shapes.append(try graph.shapeOfLastNode(after: shapes, image: size))
        return graph.nodes.count
    }

    /// For each size of maps the last one that is the end of a block: an addition or a concatenation, clipped or not; or simply the
    /// last one. They are named by how many pixels of the image lie between their neighbours.
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
        guard value > 0 else { return false }
        let node = graph.nodes[value - 1]
        switch node.operation {
        case .add, .concatenate: return true
        case .clip, .scale: return isEndOfBlock(node.inputs[0])
        default: return false
        }
    }
}
