/// Writes small ONNX files, field by field. Numbers of fields from `onnx/onnx.proto` of the ONNX project.
struct ONNXWriter {
    struct Node {
        var kind: String
        var inputs: [String]
        var output: String
        var ints: [String: [Int]] = [:]
        var texts: [String: String] = [:]
    }

    var nodes: [Node] = []
    var constants: [(name: String, shape: [Int], values: [Float])] = []
    /// Names of constants that are written as int64.
    var integers: Set<String> = []
    var input = [1, 3, 8, 8]
    var outputs: [String] = []
    var version = 13

    var bytes: [UInt8] {
        var graph: [UInt8] = []
        for node in nodes { graph += Self.field(1, Self.bytes(of: node)) }
        graph += Self.field(2, Array("small".utf8))
        for (name, shape, values) in constants {
            let isInteger = integers.contains(name)
            let numbers = values.flatMap { value in
                let bits = isInteger ? UInt64(bitPattern: Int64(value)) : UInt64(value.bitPattern)
                return (0..<(isInteger ? 8 : 4)).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
            }
            graph += Self.field(
                5,
                shape.flatMap { Self.number(1, $0) } + Self.number(2, isInteger ? 7 : 1)
                    + Self.field(8, Array(name.utf8))
                    + Self.field(9, numbers))
        }
        let sizes = input.flatMap { Self.field(1, Self.number(1, $0)) }
        graph += Self.field(
            11,
            Self.field(1, Array("image".utf8)) + Self.field(2, Self.field(1, Self.number(1, 1) + Self.field(2, sizes))))
        for output in outputs { graph += Self.field(12, Self.field(1, Array(output.utf8))) }
        return Self.number(1, 8) + Self.field(7, graph) + Self.field(8, Self.number(2, version))
    }

    private static func bytes(of node: Node) -> [UInt8] {
        var bytes = node.inputs.flatMap { field(1, Array($0.utf8)) } + field(2, Array(node.output.utf8))
        bytes += field(4, Array(node.kind.utf8))
        for (name, ints) in node.ints.sorted(by: { $0.key < $1.key }) {
            let isList = ints.count > 1
            let numbers = isList ? field(8, ints.flatMap(varint)) : number(3, ints[0])
            bytes += field(5, field(1, Array(name.utf8)) + numbers + number(20, isList ? 7 : 2))
        }
        for (name, text) in node.texts.sorted(by: { $0.key < $1.key }) {
            bytes += field(5, field(1, Array(name.utf8)) + field(4, Array(text.utf8)) + number(20, 3))
        }
        return bytes
    }

    static func varint(_ value: Int) -> [UInt8] {
        var (rest, bytes) = (UInt64(bitPattern: Int64(value)), [] as [UInt8])
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    static func number(_ field: Int, _ value: Int) -> [UInt8] { varint(field << 3) + varint(value) }

    static func field(_ field: Int, _ content: [UInt8]) -> [UInt8] {
        varint(field << 3 | 2) + varint(content.count) + content
    }
}
