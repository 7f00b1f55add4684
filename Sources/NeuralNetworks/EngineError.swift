import Tensors

/// Why an engine cannot be used here.
public enum EngineError: Error, Equatable, CustomStringConvertible {
    case noBFloat16(instructionSet: String)
    case unsupportedPrecision(engine: String, precision: Precision)

    public var description: String {
        switch self {
        case .noBFloat16(let instructionSet):
            "this processor computes no bfloat16 (oneDNN uses \(instructionSet), AVX-512 BF16 is needed); set the engine's "
                + "precision to \"float32\" or \"auto\""
        case .unsupportedPrecision(let engine, let precision):
            "the engine \"\(engine)\" computes in float32 only, not \(precision.rawValue); choose the engine \"onednn\" or "
                + "the precision \"float32\""
        }
    }
}
