internal import COpenBLAS

/// Matrix products by OpenBLAS on the calling thread.
public enum OpenBLAS {
    /// Loads the library. Later calls cost nothing.
    public static func load() throws(TensorError) {
        if let reason = openblas_load() { throw .libraryMissing("OpenBLAS", String(cString: reason)) }
    }

    /// The version and kernel set as the library reports them.
    public static var description: String { String(cString: openblas_description()) }

    /// The version, such as "0.3.21"; "unknown" if the library is missing.
    public static var version: String {
        description.split(separator: " ").dropFirst().first.map(String.init) ?? "unknown"
    }

    /// The kernel set that `OPENBLAS_CORETYPE` requests; empty if it is not set.
    public static var wantedCore: String { String(cString: openblas_wanted_core()) }

    /// c = a * b + beta * c for row-major matrices of rows x inner, inner x columns and rows x columns.
    public static func multiply(
        transposeA: Bool = false, transposeB: Bool = false, rows: Int, columns: Int, inner: Int,
        a: UnsafePointer<Float>, aStride: Int, b: UnsafePointer<Float>, bStride: Int, beta: Float,
        c: UnsafeMutablePointer<Float>, cStride: Int
    ) {
        openblas_multiply(
            transposeA, transposeB, Int32(rows), Int32(columns), Int32(inner), a, Int32(aStride), b, Int32(bStride),
            beta, c, Int32(cStride))
    }
}

/// A numeric library that is missing or rejects an operation.
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
