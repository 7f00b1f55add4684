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

    var count: Int { shape.reduce(1, *) }

    /// From the arguments of `torch._utils._rebuild_tensor_v2`: storage, offset, size, stride, requires_grad, hooks.
    init(_ arguments: [PickleValue], name: String) throws(BackboneError) {
        guard arguments.count >= 4, case .storage(let storage) = arguments[0], case .int(let offset) = arguments[1],
            let shape = arguments[2].numbers, let strides = arguments[3].numbers, shape.count == strides.count,
            shape.count <= 4, offset >= 0
        else { throw .damaged(name, what: "the description of a tensor is none") }
        var expected = 1
        for (size, stride) in zip(shape, strides).reversed() {
            guard size > 0, size == 1 || stride == expected else {
                throw .unsupported(
                    name, what: "a tensor of shape \(shape) has strides of \(strides), and is not contiguous",
                    remedy: "use the file from PyPI")
            }
            let product = expected.multipliedReportingOverflow(by: size)
            guard !product.overflow else { throw .damaged(name, what: "a tensor has the shape \(shape)") }
            expected = product.partialValue
        }
        guard expected <= storage.count, offset <= storage.count - expected else {
            throw .damaged(
                name, what: "a tensor of shape \(shape) reaches beyond its storage of \(storage.count) values")
        }
        (self.storage, self.offset, self.shape) = (storage, offset, shape)
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
