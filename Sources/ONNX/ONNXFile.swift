extension ONNXGraph {
    /// The graph as an ONNX file.
    ///
    /// - Parameters:
    ///   - producer: the name of the program.
    ///   - version: its version.
    public func file(producer: String, version: String) -> [UInt8] {
        var file = ProtobufWriter()
        file.write(ONNXField.Model.irVersion, Self.irVersion)
        file.write(ONNXField.Model.producerName, producer)
        file.write(ONNXField.Model.producerVersion, version)
        file.write(ONNXField.Model.graph, write(to:))
        file.write(ONNXField.Model.operatorSets) {
            $0.write(ONNXField.OperatorSet.domain, "")
            $0.write(ONNXField.OperatorSet.version, Self.operatorSet)
        }
        for entry in metadata {
            file.write(ONNXField.Model.metadata) {
                $0.write(ONNXField.Entry.key, entry.key)
                $0.write(ONNXField.Entry.value, entry.value)
            }
        }
        return file.bytes
    }

    private func write(to graph: inout ProtobufWriter) {
        for node in nodes { graph.write(ONNXField.Graph.node, node.write(to:)) }
        graph.write(ONNXField.Graph.name, name)
        for (name, content) in constants {
            graph.write(ONNXField.Graph.initializer) { tensor in
                for size in content.shape { tensor.write(ONNXField.Tensor.dimensions, size) }
                tensor.write(ONNXField.Tensor.dataType, content.element.rawValue)
                tensor.write(ONNXField.Tensor.name, name)
                tensor.write(ONNXField.Tensor.rawData, content.bytes)
            }
        }
        for port in inputs { graph.write(ONNXField.Graph.input, port.write(to:)) }
        for port in outputs { graph.write(ONNXField.Graph.output, port.write(to:)) }
    }
}

extension ONNXGraph.Node {
    fileprivate func write(to node: inout ProtobufWriter) {
        for input in operation.inputs { node.write(ONNXField.Node.input, input.name) }
        for output in [output] + unused { node.write(ONNXField.Node.output, output.name) }
        node.write(ONNXField.Node.name, output.name)
        node.write(ONNXField.Node.operatorType, operation.kind)
        for setting in operation.attributes {
            node.write(ONNXField.Node.attribute) {
                $0.write(ONNXField.Attribute.name, setting.name)
                setting.value.write(to: &$0)
            }
        }
    }
}

extension ONNXGraph.Attribute {
    /// Writes the value and its type (`AttributeProto.AttributeType`).
    fileprivate func write(to attribute: inout ProtobufWriter) {
        let type: Int
        switch self {
        case .float(let value):
            attribute.write(ONNXField.Attribute.float, value)
            type = 1
        case .int(let value):
            attribute.write(ONNXField.Attribute.int, value)
            type = 2
        case .text(let value):
            attribute.write(ONNXField.Attribute.string, value)
            type = 3
        case .ints(let values):
            for value in values { attribute.write(ONNXField.Attribute.ints, value) }
            type = 7
        }
        attribute.write(ONNXField.Attribute.type, type)
    }
}

extension ONNXGraph.Port {
    fileprivate func write(to port: inout ProtobufWriter) {
        port.write(ONNXField.ValueInfo.name, name)
        port.write(ONNXField.ValueInfo.type) {
            $0.write(ONNXField.ValueType.tensor) {
                $0.write(ONNXField.ValueType.element, element.rawValue)
                $0.write(ONNXField.ValueType.shape) { sizes in
                    for size in shape {
                        sizes.write(ONNXField.ValueType.dimension) {
                            switch size {
                            case .fixed(let size): $0.write(ONNXField.ValueType.size, size)
                            case .open(let name): $0.write(ONNXField.ValueType.sizeName, name)
                            }
                        }
                    }
                }
            }
        }
    }
}
