/// The tensors of a file that `torch.save` wrote before PyTorch 1.6. It contains three pickles that identify it, the
/// pickle of the state dict with references to storages, the pickle of the storage keys, and then each storage: a count
/// and its values.
struct TorchFile {
    /// The floating-point tensors, keyed by name.
    let tensors: [String: (shape: [Int], values: [Float])]

    /// The pickle of 0x1950a86a20f9469cfc6c, the first bytes of every such file.
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
            throw .unsupported(name, what: "it was not written on a little-endian machine", remedy: "save it on one")
        }
        guard case .dictionary(let entries) = try reader.read() else {
            throw .unsupported(
                name, what: "it does not contain a state dict",
                remedy: "save model.state_dict(), or export the network to ONNX")
        }
        guard case .list(let keys) = try reader.read() else {
            throw .damaged(name, what: "the list of its storages is missing")
        }
        var described: [String: TorchTensor] = [:]
        var storages: [String: TorchStorage] = [:]
        for (key, value) in entries {
            guard case .tensor(let tensor) = value, described.updateValue(tensor, forKey: key) == nil else {
                throw .damaged(name, what: "\"\(key)\" of its state dict is \(value.kind), or occurs twice")
            }
            guard storages.updateValue(tensor.storage, forKey: tensor.storage.key).map({ $0 == tensor.storage }) ?? true
            else { throw .damaged(name, what: "two descriptions of storage \(tensor.storage.key) differ") }
        }
        // Many tensors of one storage would expand a small file to a large result.
        guard described.values.reduce(0, { $0 + $1.count }) <= bytes.count else {
            throw .damaged(name, what: "its tensors have more values than the file has bytes")
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

    /// Returns the start of each storage. The storages must fill the rest of the file.
    private static func starts(
        _ keys: [PickleValue], _ storages: [String: TorchStorage], _ bytes: [UInt8], from position: Int, name: String
    ) throws(BackboneError) -> [String: Int] {
        var position = position
        var starts: [String: Int] = [:]
        for key in keys {
            guard case .text(let key) = key, let storage = storages[key], starts[key] == nil else {
                throw .damaged(name, what: "its list of storages has an unused or repeated entry")
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
                        + "bytes remain")
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
    /// Little-endian numbers. The caller has checked the bounds.
    func floats(at start: Int, count: Int) -> [Float] {
        (0..<count).map { float(at: start + 4 * $0) }
    }

    func float(at start: Int) -> Float {
        Float(
            bitPattern: UInt32(self[start]) | UInt32(self[start + 1]) << 8 | UInt32(self[start + 2]) << 16
                | UInt32(self[start + 3]) << 24)
    }
}

/// A run of values of one type in the file, identified by a key.
struct TorchStorage: Equatable {
    var key: String
    var isFloat: Bool
    var count: Int

    /// Parses the persistent id of a pickle: ("storage", type, key, location, count, view).
    init(_ identifier: PickleValue, name: String) throws(BackboneError) {
        guard case .tuple(let parts) = identifier, parts.count == 6, case .text("storage") = parts[0],
            case .callable(let type) = parts[1], type == .floats || type == .integers, case .text(let key) = parts[2],
            case .int(let count) = parts[4], count >= 0, case .none = parts[5]
        else { throw .damaged(name, what: "the description of a storage is invalid") }
        (self.key, isFloat, self.count) = (key, type == .floats, count)
    }
}

/// A tensor of a state dict: its shape and its place in a storage.
struct TorchTensor: Equatable {
    var storage: TorchStorage
    var offset: Int
    var shape: [Int]
    /// The distance in the storage between neighbours along each axis.
    var strides: [Int]

    var count: Int { shape.reduce(1, *) }

    /// The storage indices of the values in row-major order.
    var places: [Int] {
        zip(shape, strides).reduce([offset]) { places, axis in
            places.flatMap { place in (0..<axis.0).map { place + $0 * axis.1 } }
        }
    }

    /// Parses the arguments of `torch._utils._rebuild_tensor_v2`: storage, offset, size, stride, requires_grad, hooks.
    init(_ arguments: [PickleValue], name: String) throws(BackboneError) {
        guard arguments.count >= 4, case .storage(let storage) = arguments[0], case .int(let offset) = arguments[1],
            let shape = arguments[2].numbers, let strides = arguments[3].numbers, shape.count == strides.count,
            shape.count <= 4, offset >= 0
        else { throw .damaged(name, what: "the description of a tensor is invalid") }
        var (count, last) = (1, offset)
        for (size, stride) in zip(shape, strides) {
            let product = count.multipliedReportingOverflow(by: size)
            let reach = stride.multipliedReportingOverflow(by: size - 1)
            let sum = last.addingReportingOverflow(reach.partialValue)
            guard size > 0, stride >= 0, !product.overflow, !reach.overflow, !sum.overflow else {
                throw .damaged(name, what: "a tensor has the shape \(shape) and strides of \(strides)")
            }
            (count, last) = (product.partialValue, sum.partialValue)
        }
        // With strides of 0, a few stored values would expand to many.
        guard count <= storage.count, last < storage.count else {
            throw .damaged(
                name, what: "a tensor of shape \(shape) reaches beyond its storage of \(storage.count) values")
        }
        (self.storage, self.offset, self.shape, self.strides) = (storage, offset, shape, strides)
    }
}

extension PickleValue {
    fileprivate var numbers: [Int]? {
        guard case .tuple(let parts) = self else { return nil }
        var numbers: [Int] = []
        for part in parts {
            guard case .int(let number) = part else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}
