import Tensors

/// Why an engine cannot be used here.
public enum EngineError: Error, Equatable, CustomStringConvertible {
    case noBFloat16(instructionSet: String)
    case unsupportedPrecision(engine: String, precision: Precision)
    case parameterCount(found: Int, expected: Int)
    /// Nil for the layer if the loss alone is not finite.
    case diverged(step: Int, loss: Double, layer: String?)

    public var description: String {
        switch self {
        case .noBFloat16(let instructionSet):
            "this processor computes no bfloat16 (oneDNN uses \(instructionSet), AVX-512 BF16 is needed); set the engine's "
                + "precision to \"float32\" or \"auto\""
        case .unsupportedPrecision(let engine, let precision):
            "the engine \"\(engine)\" computes in float32 only, not \(precision.rawValue); choose the engine \"onednn\" or "
                + "the precision \"float32\""
        case .parameterCount(let found, let expected):
            "\(found) parameters for a network of \(expected): they are those of another architecture or base width; take the "
                + "checkpoint or model of the network that the manifest describes"
        case .diverged(let step, let loss, let layer):
            "the training diverged at step \(step): the loss is \(loss)"
                + (layer.map { ", and of the gradients that of layer \"\($0)\" is the first that is not finite" } ?? "")
                + "; lower \"learningRate\", set \"gradientNorm\" to 1, or set the engine's precision to \"float32\""
        }
    }
}
