/// A graph of ONNX operators under construction (https://onnx.ai/onnx/operators, operator set 18).
///
/// Nodes are in execution order. Names are numbered, so equal calls give equal files.
public struct ONNXGraph {
    public static let operatorSet = 18
    /// The version of the file format. onnxruntime reads it since release 1.16.
    public static let irVersion = 9
    /// protobuf refuses longer messages.
    public static let maximumBytes = 1 << 31 - 1

    /// A tensor: an input, a constant, or the output of a node.
    public struct Value: Hashable, Sendable {
        public let name: String

        /// An optional input that a node does without.
        public static let omitted = Value(name: "")
    }

    public enum Attribute: Hashable, Sendable {
        case int(Int)
        case ints([Int])
        case float(Float)
        case text(String)
    }

    /// The size of a tensor along an axis.
    public enum Size: Sendable, Equatable, ExpressibleByIntegerLiteral {
        case fixed(Int)
        /// Known when the graph runs.
        case open(String)

        public init(integerLiteral value: Int) { self = .fixed(value) }
    }

    /// The operation of a node.
    struct Operation: Hashable {
        struct Setting: Hashable {
            var name: String
            var value: Attribute
        }

        var kind: String
        var inputs: [Value]
        var attributes: [Setting]
    }

    struct Node {
        var operation: Operation
        var output: Value
        /// Outputs that nothing reads but the operator requires.
        var unused: [Value] = []
    }

    struct Constant: Hashable {
        var element: ONNXElement
        var shape: [Int]
        /// Little-endian.
        var bytes: [UInt8]
    }

    struct Port {
        var name: String
        var element: ONNXElement
        var shape: [Size]
    }

    public var name: String
    /// Keys and values for readers, in the order of the file.
    public var metadata: [(key: String, value: String)] = []
    private(set) var nodes: [Node] = []
    private(set) var constants: [(name: String, content: Constant)] = []
    private(set) var inputs: [Port] = []
    private(set) var outputs: [Port] = []
    private var known: [Constant: Value] = [:]
    private var computed: [Operation: Value] = [:]

    public init(name: String) { self.name = name }

    public mutating func input(_ name: String, _ element: ONNXElement, _ shape: [Size]) -> Value {
        inputs.append(Port(name: name, element: element, shape: shape))
        return Value(name: name)
    }

    public mutating func output(_ value: Value, as name: String, _ element: ONNXElement, _ shape: [Size]) {
        let identity = Operation(kind: "Identity", inputs: [value], attributes: [])
        nodes.append(Node(operation: identity, output: Value(name: name)))
        outputs.append(Port(name: name, element: element, shape: shape))
    }

    /// Appends a node, unless there is an equal one, and returns its first output.
    ///
    /// - Parameter outputs: the number of outputs that the operator requires.
    public mutating func add(
        _ kind: String, _ inputs: [Value], _ attributes: KeyValuePairs<String, Attribute> = [:], outputs: Int = 1
    ) -> Value {
        let operation = Operation(
            kind: kind, inputs: inputs, attributes: attributes.map { Operation.Setting(name: $0, value: $1) })
        if let value = computed[operation] { return value }
        let output = Value(name: "\(kind.lowercased())_\(nodes.count)")
        nodes.append(
            Node(
                operation: operation, output: output,
                unused: (1..<outputs).map { Value(name: "\(output.name)_\($0)") }))
        computed[operation] = output
        return output
    }

    // MARK: - Constants. Equal ones are stored once.

    public mutating func constant(_ values: [Float], _ shape: [Int]) -> Value {
        constant(.float, shape, Self.bytes(values), values.count)
    }

    public mutating func constant(_ value: Float) -> Value { constant([value], []) }

    public mutating func constant(doubles values: [Double], _ shape: [Int]) -> Value {
        constant(.double, shape, Self.bytes(values), values.count)
    }

    public mutating func constant(ints values: [Int], _ shape: [Int]? = nil) -> Value {
        constant(.int64, shape ?? [values.count], Self.bytes(values.map(Int64.init)), values.count)
    }

    public mutating func constant(int8s values: [Int8], _ shape: [Int]) -> Value {
        constant(.int8, shape, Self.bytes(values), values.count)
    }

    public mutating func constant(uint8s values: [UInt8], _ shape: [Int]) -> Value {
        constant(.uint8, shape, values, values.count)
    }

    public mutating func constant(int32s values: [Int32], _ shape: [Int]) -> Value {
        constant(.int32, shape, Self.bytes(values), values.count)
    }

    private mutating func constant(_ element: ONNXElement, _ shape: [Int], _ bytes: [UInt8], _ count: Int) -> Value {
        guard shape.reduce(1, *) == count else { fatalError("a constant of shape \(shape) with \(count) values") }
        let content = Constant(element: element, shape: shape, bytes: bytes)
        if let value = known[content] { return value }
        let value = Value(name: "constant_\(constants.count)")
        constants.append((value.name, content))
        known[content] = value
        return value
    }

    /// The bytes of numbers on a little-endian machine, such as all that Swift runs on.
    private static func bytes<Number: BitwiseCopyable>(_ numbers: [Number]) -> [UInt8] {
        unsafe numbers.withUnsafeBytes { unsafe Array($0) }
    }
}
