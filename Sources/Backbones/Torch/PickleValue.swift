/// What a pickle can hold here.
enum PickleValue {
    /// The callables that a pickle may name. None is ever called: what they would make is made here.
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

    /// For errors.
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

/// Instructions of pickle protocol 2 that build plain values; numbers from Python's `Lib/pickle.py`.
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
