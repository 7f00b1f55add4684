/// A constant of an ONNX file. Numbers of fields and types from `onnx/onnx.proto` of the ONNX project (TensorProto).
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
                    throw .damaged(file, what: "the bytes of a constant are none")
                }
                raw = bytes
            case 13: isExternal = true
            case 14: isExternal = try value.int(file) != 0 || isExternal
            default: break
            }
        }
        guard !isExternal else {
            throw .unsupported(
                file, what: "the constant \"\(name)\" lies in another file (external data)",
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
