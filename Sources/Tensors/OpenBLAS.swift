internal import COpenBLAS

/// Matrix products of OpenBLAS, each on the calling thread.
public enum OpenBLAS {
    /// Loads the library; later calls cost nothing.
    public static func load() throws(TensorError) {
        if let reason = openblas_load() { throw .libraryMissing("OpenBLAS", String(cString: reason)) }
    }

    /// The library's version and kernel set in its own words.
    public static var description: String { String(cString: openblas_description()) }

    /// The version alone, such as "0.3.21"; "unknown" where the library is missing.
    public static var version: String {
        description.split(separator: " ").dropFirst().first.map(String.init) ?? "unknown"
    }

    /// The kernel set that the user has asked for; empty where the choice is left to the processor.
    public static var wantedCore: String { String(cString: openblas_wanted_core()) }

    /// How many threads one product may use, for measuring the machine's peak. 1 after loading.
    public static func setThreads(_ threads: Int) { openblas_set_threads(Int32(threads)) }

    /// c = a * b + beta * c for rows-first matrices of rows x inner, inner x columns and rows x columns.
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
