/// The parts of an ONNX file that a forward pass needs. Field numbers are from `onnx/onnx.proto` of the ONNX project.
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
                case 7:
                    guard !hasGraph else { throw BackboneError.damaged(name, what: "it contains two graphs") }
                    hasGraph = true
                    try readGraph(value.message(name))
                case 8: try readVersion(value.message(name))
                case 20, 25:
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
            if field == 1 { domain = try value.text(file) }
            if field == 2 { number = try value.int(file) }
        }
        if domain.isEmpty || domain == "ai.onnx" { version = number }
    }

    private mutating func readGraph(_ message: ProtobufReader) throws(BackboneError) {
        var message = message
        while let (field, value) = try message.next() {
            switch field {
            case 1: nodes.append(try node(value.message(file)))
            case 2: graphName = String(try value.text(file).prefix(200))
            case 5:
                let tensor = try ONNXTensor(value.message(file), name: file)
                guard constants.updateValue(tensor, forKey: tensor.name) == nil else {
                    throw .damaged(file, what: "the constant \"\(tensor.name)\" is defined twice")
                }
            case 11: inputs.append(try input(value.message(file)))
            case 12: outputs.append(try input(value.message(file)).name)
            case 15:
                throw .unsupported(file, what: "it contains sparse constants", remedy: "export it with dense constants")
            default: break
            }
        }
    }

    private func node(_ message: ProtobufReader) throws(BackboneError) -> Node {
        var (message, node) = (message, Node())
        while let (field, value) = try message.next() {
            switch field {
            case 1: node.inputs.append(try value.text(file))
            case 2: node.outputs.append(try value.text(file))
            case 3: node.name = try value.text(file)
            case 4: node.kind = try value.text(file)
            case 5:
                let (name, attribute) = try attribute(value.message(file))
                guard node.attributes.updateValue(attribute, forKey: name) == nil else {
                    throw .damaged(file, what: "a node has the attribute \"\(name)\" twice")
                }
            case 7: node.domain = try value.text(file)
            default: break
            }
        }
        return node
    }

    private func attribute(_ message: ProtobufReader) throws(BackboneError) -> (String, Attribute) {
        var (message, name, attribute) = (message, "", Attribute())
        while let (field, value) = try message.next() {
            switch field {
            case 1: name = try value.text(file)
            case 2: attribute.float = try ProtobufReader.floats(value, name: file).first
            case 3: attribute.int = try value.int(file)
            case 4: attribute.text = try value.text(file)
            case 5: attribute.tensor = try ONNXTensor(value.message(file), name: file)
            case 6, 11: attribute.hasGraph = true
            case 8: attribute.ints += try ProtobufReader.varints(value, name: file)
            default: break
            }
        }
        return (name, attribute)
    }

    /// ValueInfoProto: name = 1, type = 2. Below type: tensor_type = 1, shape = 2, dim = 1, dim_value = 1.
    private func input(_ message: ProtobufReader) throws(BackboneError) -> Input {
        var (message, input) = (message, Input())
        while let (field, value) = try message.next() {
            if field == 1 { input.name = try value.text(file) }
            guard field == 2 else { continue }
            for dimension in try parts(of: value, [1, 2, 1]) {
                var (dimension, size) = (dimension, nil as Int?)
                while let (field, value) = try dimension.next() { if field == 1 { size = try value.int(file) } }
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

/// A constant of an ONNX file. Field and type numbers are from `onnx/onnx.proto` (TensorProto).
struct ONNXTensor {
    private(set) var name = ""
    private(set) var shape: [Int] = []
    private(set) var floats: [Float] = []
    private(set) var ints: [Int] = []

    private enum Kind: Int { case float = 1, int32 = 6, int64 = 7, double = 11 }

    init(_ message: ProtobufReader, name file: String) throws(BackboneError) {
        var (message, type, raw) = (message, 0, nil as ArraySlice<UInt8>?)
        var isExternal = false
        while let (field, value) = try message.next() {
            switch field {
            case 1: shape += try ProtobufReader.varints(value, name: file)
            case 2: type = try value.int(file)
            case 4: floats += try ProtobufReader.floats(value, name: file)
            case 5, 7: ints += try ProtobufReader.varints(value, name: file)
            case 8: name = try value.text(file)
            case 9:
                guard case .bytes(let bytes) = value else {
                    throw .damaged(file, what: "the data of a constant has the wrong type")
                }
                raw = bytes
            case 13: isExternal = true
            case 14: isExternal = try value.int(file) != 0 || isExternal
            default: break
            }
        }
        guard !isExternal else {
            throw .unsupported(
                file, what: "the constant \"\(name)\" is in another file (external data)",
                remedy: "save the model with its weights inside (onnx.save_model without save_as_external_data)")
        }
        guard let kind = Kind(rawValue: type) else {
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

    private mutating func take(_ raw: [UInt8], _ kind: Kind, _ count: Int, _ file: String) throws(BackboneError) {
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
        case .int32: ints = (0..<count).map { Int(Int32(truncatingIfNeeded: bits($0))) }
        }
    }
}
