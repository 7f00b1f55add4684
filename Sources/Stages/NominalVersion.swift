/// The version of the program.
package enum NominalVersion {
    package static let current = "0.1.0"

    /// The version of the numerics beneath the stages, raised when a library or kernel changes the results of an
    /// unchanged stage. History: 1 = first; 2 = layouts of processors with AVX2 and VNNI but without AVX-512, and no
    /// bfloat16 on them; 3 = 3 x 3 convolutions by Winograd's algorithm in float32.
    package static let numerics = 3
}
