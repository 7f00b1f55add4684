/// What of an ONNX file is needed to run it forward. Numbers of fields from `onnx/onnx.proto` of the ONNX project.
struct ONNXModel {
    struct Node {
        var inputs: [String] = []
        var outputs: [String] = []
        var name = ""
        var kind = ""
        var domain = ""
        var attributes: [String: Attribute] = [:]

        /// For errors.
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

    /// An input, whose sizes are nil where the file leaves them open.
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

    /// Throws `BackboneError`.
    init(_ bytes: [UInt8], name: String) throws(BackboneError) {
        file = name
        var reader = ProtobufReader(bytes[...], name: name)
        var hasGraph = false
        do throws(BackboneError) {
            while let (field, value) = try reader.next() {
                switch field {
                case 7:
                    guard !hasGraph else { throw BackboneError.damaged(name, what: "it holds two graphs") }
                    hasGraph = true
                    try readGraph(value.message(name))
                case 8: try readVersion(value.message(name))
                case 20, 25:
                    throw BackboneError.unsupported(
                        name, what: "it holds training information or functions of its own",
                        remedy: "export it for inference, with operators of the standard alone")
                default: break
                }
            }
        } catch {
            // What is no protobuf at all is not called damaged.
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
                    throw .damaged(file, what: "the constant \"\(tensor.name)\" is there twice")
                }
            case 11: inputs.append(try input(value.message(file)))
            case 12: outputs.append(try input(value.message(file)).name)
            case 15:
                throw .unsupported(file, what: "it holds sparse constants", remedy: "export it with dense ones")
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

    /// ValueInfoProto: name = 1, type = 2; of the type: tensor = 1; of that: shape = 2; of that: dim = 1; of that: value = 1.
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

    /// The messages that lie under a path of fields.
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
