/// Where the numbers of tensors are: a run of one type in the file, by a key.
struct TorchStorage: Equatable {
    var key: String
    var isFloat: Bool
    var count: Int

    /// From the persistent id of a pickle: ("storage", type, key, location, count, view).
    init(_ identifier: PickleValue, name: String) throws(BackboneError) {
        guard case .tuple(let parts) = identifier, parts.count == 6, case .text("storage") = parts[0],
            case .callable(let type) = parts[1], type == .floats || type == .integers, case .text(let key) = parts[2],
            case .int(let count) = parts[4], count >= 0, case .none = parts[5]
        else { throw .damaged(name, what: "the description of a storage is none") }
        (self.key, isFloat, self.count) = (key, type == .floats, count)
    }
}

/// A tensor of a state dict: its shape, and where its values start in a storage.
struct TorchTensor: Equatable {
    var storage: TorchStorage
    var offset: Int
    var shape: [Int]
    /// How far apart in the storage neighbours along each axis are.
    var strides: [Int]

    var count: Int { shape.reduce(1, *) }

    /// Where its values are in the storage, in the order of rows.
    var places: [Int] {
        zip(shape, strides).reduce([offset]) { places, axis in
            places.flatMap { place in (0..<axis.0).map { place + $0 * axis.1 } }
        }
    }

    /// From the arguments of `torch._utils._rebuild_tensor_v2`: storage, offset, size, stride, requires_grad, hooks.
    init(_ arguments: [PickleValue], name: String) throws(BackboneError) {
        guard arguments.count >= 4, case .storage(let storage) = arguments[0], case .int(let offset) = arguments[1],
            let shape = arguments[2].numbers, let strides = arguments[3].numbers, shape.count == strides.count,
            shape.count <= 4, offset >= 0
        else { throw .damaged(name, what: "the description of a tensor is none") }
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
        // Fewer values than it has would do for strides of 0, and make much of little.
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
