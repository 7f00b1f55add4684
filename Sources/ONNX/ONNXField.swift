/// The field numbers of ONNX files: `onnx/onnx.proto` of the ONNX project, release 1.16 and later.
public enum ONNXField {
    public enum Model {
        public static let irVersion = 1, producerName = 2, producerVersion = 3, graph = 7, operatorSets = 8
        public static let metadata = 14, trainingInfo = 20, functions = 25
    }

    public enum OperatorSet { public static let domain = 1, version = 2 }

    public enum Entry { public static let key = 1, value = 2 }

    public enum Graph {
        public static let node = 1, name = 2, initializer = 5, input = 11, output = 12, sparseInitializer = 15
    }

    public enum Node {
        public static let input = 1, output = 2, name = 3, operatorType = 4, attribute = 5, domain = 7
    }

    public enum Attribute {
        public static let name = 1, float = 2, int = 3, string = 4, tensor = 5, graph = 6, ints = 8, graphs = 11
        public static let type = 20
    }

    public enum Tensor {
        public static let dimensions = 1, dataType = 2, floats = 4, int32s = 5, int64s = 7, name = 8, rawData = 9
        public static let externalData = 13, dataLocation = 14
    }

    public enum ValueInfo { public static let name = 1, type = 2 }

    /// `TypeProto`, `TypeProto.Tensor`, `TensorShapeProto` and its `Dimension`.
    public enum ValueType {
        public static let tensor = 1, element = 1, shape = 2, dimension = 1, size = 1, sizeName = 2
    }
}

/// The element types of tensors (`TensorProto.DataType`).
public enum ONNXElement: Int, Sendable {
    case float = 1
    case uint8 = 2
    case int8 = 3
    case uint16 = 4
    case int32 = 6
    case int64 = 7
    case bool = 9
    case double = 11
}
