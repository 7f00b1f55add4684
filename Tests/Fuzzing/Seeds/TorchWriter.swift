/// Writes state dicts as `torch.save` did before version 1.6.
struct TorchWriter {
    private(set) var pickle: [UInt8] = [0x80, 2]
    private var keys: [String] = []
    private var storages: [[Float]] = []

    init() { pickle += Self.global("collections", "OrderedDict") + [0x29, 0x52, 0x28] }

    static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

    static func text(_ text: String) -> [UInt8] {
        [0x58] + number(text.utf8.count) + Array(text.utf8)
    }

    static func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

    private static func int(_ value: Int) -> [UInt8] { [0x4A] + number(value) }

    private static func tuple(_ parts: [[UInt8]]) -> [UInt8] { [0x28] + parts.flatMap { $0 } + [0x74] }

    /// Adds a tensor with a storage of its own.
    mutating func add(_ name: String, _ shape: [Int], _ values: [Float]) {
        let key = "\(keys.count)"
        keys.append(key)
        storages.append(values)
        let strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
        let identifier = Self.tuple([
            Self.text("storage"), Self.global("torch", "FloatStorage"), Self.text(key), Self.text("cpu"),
            Self.int(values.count), [0x4E],
        ])
        pickle += Self.text(name) + Self.global("torch._utils", "_rebuild_tensor_v2")
        pickle += Self.tuple([
            identifier + [0x51], Self.int(0), Self.tuple(shape.map(Self.int)), Self.tuple(strides.map(Self.int)),
            [0x89], Self.global("collections", "OrderedDict") + [0x29, 0x52],
        ])
        pickle += [0x52]
    }

    /// The whole file.
    var bytes: [UInt8] {
        var file: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
        file += [0x80, 2, 0x4D, 0xE9, 3, 0x2E]
        file += [0x80, 2, 0x7D, 0x28] + Self.text("little_endian") + [0x88, 0x75, 0x2E]
        file += pickle + [0x75, 0x2E]
        file += [0x80, 2, 0x5D, 0x28] + keys.flatMap(Self.text) + [0x65, 0x2E]
        for values in storages {
            file += Self.number(values.count) + [0, 0, 0, 0]
            for value in values { file += Self.number(Int(value.bitPattern)) }
        }
        return file
    }
}
