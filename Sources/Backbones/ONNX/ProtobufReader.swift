/// The fields of one protobuf message in file order.
///
/// Wire format: https://protobuf.dev/programming-guides/encoding. Every length is checked against the bytes that
/// remain.
struct ProtobufReader {
    enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        /// A string, bytes, a message or packed numbers.
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>
    private let name: String

    init(_ bytes: ArraySlice<UInt8>, name: String) { (rest, self.name) = (bytes, name) }

    private func damaged(_ what: String) -> BackboneError {
        .damaged(name, what: "\(what) at byte \(rest.startIndex)")
    }

    /// Returns the next field; nil at the end.
    mutating func next() throws(BackboneError) -> (field: Int, value: Value)? {
        guard !rest.isEmpty else { return nil }
        let tag = try varint()
        guard tag >> 3 >= 1, tag >> 3 < 1 << 29 else { throw damaged("a field has no number") }
        let field = Int(tag >> 3)
        switch tag & 7 {
        case 0: return (field, .varint(try varint()))
        case 1: return (field, .fixed64(try fixed(8)))
        case 2:
            let count = try varint()
            guard count <= UInt64(rest.count) else {
                throw damaged("field \(field) declares \(count) bytes, but \(rest.count) remain")
            }
            return (field, .bytes(take(Int(count))))
        case 5: return (field, .fixed32(UInt32(try fixed(4))))
        default: throw damaged("a field has the invalid wire type \(tag & 7)")
        }
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8> {
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    private mutating func fixed(_ count: Int) throws(BackboneError) -> UInt64 {
        guard rest.count >= count else { throw damaged("a number is truncated") }
        return take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func varint() throws(BackboneError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            guard let byte = rest.popFirst() else { throw damaged("a number is truncated") }
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return value }
        }
        throw damaged("a number does not end")
    }

    /// The numbers of a repeated field, packed or one per field.
    static func varints(_ value: Value, name: String) throws(BackboneError) -> [Int] {
        switch value {
        case .varint(let number): return [Int(truncatingIfNeeded: number)]
        case .bytes(let bytes):
            var reader = ProtobufReader(bytes, name: name)
            var numbers: [Int] = []
            while !reader.rest.isEmpty { numbers.append(Int(truncatingIfNeeded: try reader.varint())) }
            return numbers
        default: throw .damaged(name, what: "a list of numbers has the wrong type")
        }
    }

    static func floats(_ value: Value, name: String) throws(BackboneError) -> [Float] {
        switch value {
        case .fixed32(let bits): return [Float(bitPattern: bits)]
        case .bytes(let bytes) where bytes.count % 4 == 0:
            return Array(bytes).floats(at: 0, count: bytes.count / 4)
        default: throw .damaged(name, what: "a list of numbers has the wrong type")
        }
    }
}

extension ProtobufReader.Value {
    func text(_ name: String) throws(BackboneError) -> String {
        guard case .bytes(let bytes) = self, let text = String(validating: bytes, as: UTF8.self) else {
            throw .damaged(name, what: "a string is not UTF-8")
        }
        return text
    }

    func message(_ name: String) throws(BackboneError) -> ProtobufReader {
        guard case .bytes(let bytes) = self else { throw .damaged(name, what: "a message has the wrong type") }
        return ProtobufReader(bytes, name: name)
    }

    func int(_ name: String) throws(BackboneError) -> Int {
        guard case .varint(let number) = self else { throw .damaged(name, what: "a number has the wrong type") }
        return Int(truncatingIfNeeded: number)
    }
}
