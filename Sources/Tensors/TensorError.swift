/// Why a numeric library cannot do what was asked.
public enum TensorError: Error, Equatable, CustomStringConvertible {
    case libraryMissing(String, String)
    case libraryRefused(operation: String, reason: String)

    public var description: String {
        switch self {
        case .libraryMissing(let library, let reason):
            "\(library) cannot be loaded (\(reason)); install it with `make setup`"
        case .libraryRefused(let operation, let reason):
            "oneDNN refused \(operation): \(reason); choose the engine \"openblas\" in the manifest"
        }
    }
}
