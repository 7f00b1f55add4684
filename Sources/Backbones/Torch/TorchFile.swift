/// The tensors of a file that `torch.save` wrote before version 1.6: three pickles that say what it is, one of the state dict
/// with references to storages, one of the storages' keys, and then each storage: a count and its numbers.
struct TorchFile {
    /// The first numbers, of floating point, of each tensor by its name.
    let tensors: [String: (shape: [Int], values: [Float])]

    /// The pickle of 0x1950a86a20f9469cfc6c, which every such file starts with.
    private static let magic: [UInt8] = [
        0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
    ]
    private static let version = 1001

    static func isOne(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

    init(_ bytes: [UInt8], name: String) throws(BackboneError) {
        var reader = PickleReader(bytes, at: Self.magic.count, name: name)
        guard case .int(Self.version) = try reader.read() else {
            throw .unsupported(
                name, what: "its version is not \(Self.version)", remedy: "use the file from PyPI")
        }
        guard case .dictionary(let system) = try reader.read(),
            system.contains(where: { if case ("little_endian", .flag(true)) = $0 { true } else { false } })
        else {
            throw .unsupported(name, what: "it was not written on a little-endian machine", remedy: "write it anew")
        }
        guard case .dictionary(let entries) = try reader.read() else {
            throw .unsupported(
                name, what: "it holds no state dict but something else",
                remedy: "save model.state_dict(), or export the network to ONNX")
        }
        guard case .list(let keys) = try reader.read() else {
            throw .damaged(name, what: "the list of its storages is none")
        }
        var described: [String: TorchTensor] = [:]
        var storages: [String: TorchStorage] = [:]
        for (key, value) in entries {
            guard case .tensor(let tensor) = value, described.updateValue(tensor, forKey: key) == nil else {
                throw .damaged(name, what: "\"\(key)\" of its state dict is \(value.kind), or there twice")
            }
            guard storages.updateValue(tensor.storage, forKey: tensor.storage.key).map({ $0 == tensor.storage }) ?? true
            else { throw .damaged(name, what: "two descriptions of storage \(tensor.storage.key) differ") }
        }
        // Many tensors of one storage would make much of little.
        guard described.values.reduce(0, { $0 + $1.count }) <= bytes.count else {
            throw .damaged(name, what: "its tensors have more values than it has bytes")
        }
        let starts = try Self.starts(keys, storages, bytes, from: reader.position, name: name)
        var tensors: [String: (shape: [Int], values: [Float])] = [:]
        for (key, tensor) in described where tensor.storage.isFloat {
            guard let start = starts[tensor.storage.key] else {
                throw .damaged(name, what: "the storage of \"\(key)\" is missing")
            }
            tensors[key] = (tensor.shape, tensor.places.map { bytes.float(at: start + 4 * $0) })
        }
        self.tensors = tensors
    }

    /// Where the numbers of each storage start. They must fill the rest of the file.
    private static func starts(
        _ keys: [PickleValue], _ storages: [String: TorchStorage], _ bytes: [UInt8], from position: Int, name: String
    ) throws(BackboneError) -> [String: Int] {
        var position = position
        var starts: [String: Int] = [:]
        for key in keys {
            guard case .text(let key) = key, let storage = storages[key], starts[key] == nil else {
                throw .damaged(name, what: "its list of storages names one that is not used, or one twice")
            }
            guard bytes.count - position >= 8 else { throw .damaged(name, what: "it ends before storage \(key)") }
            let count = (0..<8).reduce(0 as UInt64) { $0 | UInt64(bytes[position + $1]) << UInt64(8 * $1) }
            position += 8
            let size = storage.isFloat ? 4 : 8
            guard count == UInt64(storage.count), storage.count <= (bytes.count - position) / size else {
                throw .damaged(
                    name,
                    what:
                        "storage \(key) has \(count) values, expected \(storage.count), and \(bytes.count - position) "
                        + "bytes are left")
            }
            starts[key] = position
            position += storage.count * size
        }
        guard position == bytes.count else {
            throw .damaged(name, what: "\(bytes.count - position) bytes follow its last storage")
        }
        return starts
    }
}

extension [UInt8] {
    /// Little-endian numbers; the caller has checked that they are there.
    func floats(at start: Int, count: Int) -> [Float] {
        (0..<count).map { float(at: start + 4 * $0) }
    }

    func float(at start: Int) -> Float {
        Float(
            bitPattern: UInt32(self[start]) | UInt32(self[start + 1]) << 8 | UInt32(self[start + 2]) << 16
                | UInt32(self[start + 3]) << 24)
    }
}
