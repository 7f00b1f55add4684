import SeededRandom

/// Damaged copies of a file, for tests of readers: whatever is in them, reading may throw but must not trap.
public enum DamagedBytes {
    /// The file cut off after every byte but the last: none of these is complete.
    public static func truncations(of bytes: [UInt8]) -> [[UInt8]] { bytes.indices.map { Array(bytes[..<$0]) } }

    /// Copies with one random byte replaced by another, the same ones for the same seed.
    public static func mutations(of bytes: [UInt8], count: Int = 2000, seed: UInt64 = 1) -> [[UInt8]] {
        var generator = SeededGenerator(seed: seed, stream: "mutations")
        return (0..<count).map { _ in
            var mutated = bytes
            mutated[generator.integer(below: bytes.count)] ^= UInt8(generator.integer(in: 1...255))
            return mutated
        }
    }
}
