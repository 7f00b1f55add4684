import ONNX

/// The parts of an ONNX file that a forward pass needs.
struct ONNXModel {
    struct Node {
        var inputs: [String] = []
        var outputs: [String] = []
        var name = ""
        var kind = ""
        var domain = ""
        var attributes: [String: Attribute] = [:]

        /// The node's name in errors.
        var title: String { name.isEmpty ? outputs.first ?? kind : name }
    }

    struct Attribute {
        var int: Int?
        var float: Float?
        var text: String?
        var ints: [Int] = []
        var tensor: ONNXTensor?
        var hasGraph = false
    }

    /// A model input. Sizes that the file leaves open are nil.
    struct Input {
        var name = ""
        var sizes: [Int?] = []
    }

    private(set) var graphName = ""
    private(set) var nodes: [Node] = []
    private(set) var constants: [String: ONNXTensor] = [:]
    private(set) var inputs: [Input] = []
    private(set) var outputs: [String] = []
    private(set) var version = 0
    private let file: String

    /// Parses a file.
    init(_ bytes: [UInt8], name: String) throws(BackboneError) {
        file = name
        var reader = ProtobufReader(bytes[...], name: name)
        var hasGraph = false
        do throws(BackboneError) {
            while let (field, value) = try reader.next() {
                switch field {
                case ONNXField.Model.graph:
                    guard !hasGraph else { throw BackboneError.damaged(name, what: "it contains two graphs") }
                    hasGraph = true
                    try readGraph(value.message(name))
                case ONNXField.Model.operatorSets: try readVersion(value.message(name))
                case ONNXField.Model.trainingInfo, ONNXField.Model.functions:
                    throw BackboneError.unsupported(
                        name, what: "it contains training information or custom functions",
                        remedy: "export it for inference with standard operators only")
                default: break
                }
            }
        } catch {
            // A file that is not protobuf is not reported as damaged.
            if !hasGraph, version == 0, case .damaged = error { throw .unknownFormat(name) }
            throw error
        }
        guard hasGraph else { throw .unknownFormat(name) }
        guard version >= 7 else {
            throw .unsupported(
                name, what: "its operator set is version \(version), expected 7 or later",
                remedy: "export it with opset_version=13")
        }
    }

    private mutating func readVersion(_ message: ProtobufReader) throws(BackboneError) {
        var (message, domain, number) = (message, "", 0)
        while let (field, value) = try message.next() {
            if field == ONNXField.OperatorSet.domain { domain = try value.text(file) }
            if field == ONNXField.OperatorSet.version { number = try value.int(file) }
        }
        if domain.isEmpty || domain == "ai.onnx" { version = number }
    }

    private mutating func readGraph(_ message: ProtobufReader) throws(BackboneError) {
        var message = message
        while let (field, value) = try message.next() {
            switch field {
            case ONNXField.Graph.node: nodes.append(try node(value.message(file)))
            case ONNXField.Graph.name: graphName = String(try value.text(file).prefix(200))
            case ONNXField.Graph.initializer:
                let tensor = try ONNXTensor(value.message(file), name: file)
                guard constants.updateValue(tensor, forKey: tensor.name) == nil else {
                    throw .damaged(file, what: "the constant \"\(tensor.name)\" is defined twice")
                }
            case ONNXField.Graph.input: inputs.append(try input(value.message(file)))
            case ONNXField.Graph.output: outputs.append(try input(value.message(file)).name)
            case ONNXField.Graph.sparseInitializer:
                throw .unsupported(file, what: "it contains sparse constants", remedy: "export it with dense constants")
            default: break
            }
        }
    }

    private func node(_ message: ProtobufReader) throws(BackboneError) -> Node {
        var (message, node) = (message, Node())
        while let (field, value) = try message.next() {
            switch field {
            case ONNXField.Node.input: node.inputs.append(try value.text(file))
            case ONNXField.Node.output: node.outputs.append(try value.text(file))
            case ONNXField.Node.name: node.name = try value.text(file)
            case ONNXField.Node.operatorType: node.kind = try value.text(file)
            case ONNXField.Node.attribute:
                let (name, attribute) = try attribute(value.message(file))
                guard node.attributes.updateValue(attribute, forKey: name) == nil else {
                    throw .damaged(file, what: "a node has the attribute \"\(name)\" twice")
                }
            case ONNXField.Node.domain: node.domain = try value.text(file)
            default: break
            }
        }
        return node
    }

    private func attribute(_ message: ProtobufReader) throws(BackboneError) -> (String, Attribute) {
        var (message, name, attribute) = (message, "", Attribute())
        while let (field, value) = try message.next() {
            switch field {
            case ONNXField.Attribute.name: name = try value.text(file)
            case ONNXField.Attribute.float: attribute.float = try ProtobufReader.floats(value, name: file).first
            case ONNXField.Attribute.int: attribute.int = try value.int(file)
            case ONNXField.Attribute.string: attribute.text = try value.text(file)
            case ONNXField.Attribute.tensor: attribute.tensor = try ONNXTensor(value.message(file), name: file)
            case ONNXField.Attribute.graph, ONNXField.Attribute.graphs: attribute.hasGraph = true
            case ONNXField.Attribute.ints: attribute.ints += try ProtobufReader.varints(value, name: file)
            default: break
            }
        }
        return (name, attribute)
    }

    private func input(_ message: ProtobufReader) throws(BackboneError) -> Input {
        var (message, input) = (message, Input())
        while let (field, value) = try message.next() {
            if field == ONNXField.ValueInfo.name { input.name = try value.text(file) }
            guard field == ONNXField.ValueInfo.type else { continue }
            let path = [ONNXField.ValueType.tensor, ONNXField.ValueType.shape, ONNXField.ValueType.dimension]
            for dimension in try parts(of: value, path) {
                var (dimension, size) = (dimension, nil as Int?)
                while let (field, value) = try dimension.next() {
                    if field == ONNXField.ValueType.size { size = try value.int(file) }
                }
                input.sizes.append(size.flatMap { $0 > 0 ? $0 : nil })
            }
        }
        return input
    }

    /// Returns the messages at the end of a path of field numbers.
    private func parts(
        of value: ProtobufReader.Value, _ path: [Int]
    ) throws(BackboneError) -> [ProtobufReader] {
        guard let first = path.first else { return [try value.message(file)] }
        var (message, found) = (try value.message(file), [] as [ProtobufReader])
        while let (field, value) = try message.next() {
            if field == first { found += try parts(of: value, Array(path.dropFirst())) }
        }
        return found
    }
}

/// A constant of an ONNX file.
struct ONNXTensor {
    private(set) var name = ""
    private(set) var shape: [Int] = []
    private(set) var floats: [Float] = []
    private(set) var ints: [Int] = []

    init(_ message: ProtobufReader, name file: String) throws(BackboneError) {
        var (message, type, raw) = (message, 0, nil as ArraySlice<UInt8>?)
        var isExternal = false
        while let (field, value) = try message.next() {
            switch field {
            case ONNXField.Tensor.dimensions: shape += try ProtobufReader.varints(value, name: file)
            case ONNXField.Tensor.dataType: type = try value.int(file)
            case ONNXField.Tensor.floats: floats += try ProtobufReader.floats(value, name: file)
            case ONNXField.Tensor.int32s, ONNXField.Tensor.int64s: ints += try ProtobufReader.varints(value, name: file)
            case ONNXField.Tensor.name: name = try value.text(file)
            case ONNXField.Tensor.rawData:
                guard case .bytes(let bytes) = value else {
                    throw .damaged(file, what: "the data of a constant has the wrong type")
                }
                raw = bytes
            case ONNXField.Tensor.externalData: isExternal = true
            case ONNXField.Tensor.dataLocation: isExternal = try value.int(file) != 0 || isExternal
            default: break
            }
        }
        guard !isExternal else {
            throw .unsupported(
                file, what: "the constant \"\(name)\" is in another file (external data)",
                remedy: "save the model with its weights inside (onnx.save_model without save_as_external_data)")
        }
        guard let kind = ONNXElement(rawValue: type), [.float, .int32, .int64, .double].contains(kind) else {
            throw .unsupported(
                file,
                what: "the constant \"\(name)\" has the type \(type), expected 1 (float32), 6, 7 (integers) or 11",
                remedy: "export the network in float32")
        }
        var count = 1
        for size in shape {
            guard shape.count <= 8, (0...1 << 30).contains(size), count <= (1 << 31) / max(1, size) else {
                throw .damaged(file, what: "the constant \"\(name)\" has the shape \(shape)")
            }
            count *= size
        }
        if let raw { try take(Array(raw), kind, count, file) }
        let present = kind == .float || kind == .double ? floats.count : ints.count
        guard present == count else {
            throw .damaged(
                file, what: "the constant \"\(name)\" of shape \(shape) has \(present) values, expected \(count)")
        }
    }

    private mutating func take(_ raw: [UInt8], _ kind: ONNXElement, _ count: Int, _ file: String) throws(BackboneError)
    {
        let size = kind == .int64 || kind == .double ? 8 : 4
        guard raw.count == count * size else {
            throw .damaged(
                file,
                what: "the constant \"\(name)\" of shape \(shape) has \(raw.count) bytes, expected \(count * size)")
        }
        func bits(_ index: Int) -> UInt64 {
            (0..<size).reduce(0) { $0 | UInt64(raw[index * size + $1]) << UInt64(8 * $1) }
        }
        switch kind {
        case .float: floats = raw.floats(at: 0, count: count)
        case .double: floats = (0..<count).map { Float(Double(bitPattern: bits($0))) }
        case .int64: ints = (0..<count).map { Int(truncatingIfNeeded: bits($0)) }
        default: ints = (0..<count).map { Int(Int32(truncatingIfNeeded: bits($0))) }
        }
    }
}
