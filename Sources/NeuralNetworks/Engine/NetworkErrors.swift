import Tensors

/// An engine that this processor or network does not support, or a training run that diverged.
public enum EngineError: Error, Equatable, CustomStringConvertible {
    case noBFloat16(instructionSet: String)
    case noGradientKernels(instructionSet: String)
    case unsupportedPrecision(engine: String, precision: Precision)
    case parameterCount(found: Int, expected: Int)
    /// `layer` is nil if only the loss is not finite.
    case diverged(step: Int, loss: Double, layer: String?)

    public var description: String {
        switch self {
        case .noBFloat16(let instructionSet):
            "this processor does not support bfloat16 (oneDNN uses \(instructionSet), expected AVX-512 BF16); set the "
                + "engine's precision to \"float32\" or \"auto\""
        case .noGradientKernels(let instructionSet):
            "the engine \"onednn\" is too slow to train on this processor (oneDNN uses \(instructionSet), expected AVX2 or "
                + "later); set the engine to \"auto\" or \"openblas\""
        case .unsupportedPrecision(let engine, let precision):
            "the engine \"\(engine)\" computes in float32 only, not \(precision.rawValue); choose the engine \"onednn\" or "
                + "the precision \"float32\""
        case .parameterCount(let found, let expected):
            "found \(found) parameters, expected \(expected): the checkpoint or model has another architecture or base "
                + "width; use one of the network that the manifest describes"
        case .diverged(let step, let loss, let layer):
            "the training diverged at step \(step): the loss is \(loss)"
                + (layer.map { ", and layer \"\($0)\" is the first whose gradient is not finite" } ?? "")
                + "; lower \"learningRate\", set \"gradientNorm\" to 1, or set the engine's precision to \"float32\""
        }
    }
}

/// An inference graph that is invalid, or input that it cannot process.
public enum InferenceError: Error, Equatable, Sendable, CustomStringConvertible {
    case unknownTap(String, known: [String])
    case unsoundNode(String, reason: String)
    case unsoundGraph(reason: String)
    case imageTooSmall(height: Int, width: Int, node: String)
    case tooLarge(height: Int, width: Int, node: String)
    case wrongImage(values: Int, expected: Int)

    public var description: String {
        switch self {
        case .unknownTap(let name, let known):
            "the network has no tap \"\(name)\"; it has \(known.map { "\"\($0)\"" }.joined(separator: ", "))"
        case .unsoundNode(let name, let reason): "node \"\(name)\" of the network: \(reason)"
        case .unsoundGraph(let reason): "the network cannot be run: \(reason)"
        case .imageTooSmall(let height, let width, let node):
            "images of \(width) x \(height) pixels are too small for the network: the map at node \"\(node)\" would "
                + "be empty; use larger images"
        case .tooLarge(let height, let width, let node):
            "images of \(width) x \(height) pixels are too large for the network: at node \"\(node)\" a map has more than "
                + "\(InferenceGraph.maximumValues) values; use smaller images"
        case .wrongImage(let values, let expected):
            "an image has \(values) values, expected \(expected): channels x height x width"
        }
    }
}
