import Cryptography
import SeededRandom

/// Damaged copies of a file, for tests of readers: whatever is in them, reading may throw but must not trap.
public enum DamagedBytes {
    /// The file cut off after every byte but the last: none of these is complete.
    public static func truncations(of bytes: [UInt8]) -> [[UInt8]] { bytes.indices.map { Array(bytes[..<$0]) } }

    /// Copies with one bit flipped: every bit of a small file, and of a large one a sample that begins with its first
    /// bytes and ends with its last.
    public static func bitFlips(of bytes: [UInt8], limit: Int = 20_000, seed: UInt64 = 1) -> some Sequence<[UInt8]> {
        var generator = SeededGenerator(seed: seed, stream: "bit flips")
        let count = bytes.count * 8
        let bits =
            count <= limit
            ? Array(0..<count)
            : Array(0..<limit / 4) + (0..<limit / 2).map { _ in generator.integer(below: count) }
                + Array(count - limit / 4..<count)
        return bits.lazy.map { bit in
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            return flipped
        }
    }

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

extension [UInt8] {
    /// The content of a binary file with the digest that belongs at its end.
    public var sealed: [UInt8] { self + SHA256.digest(of: self[...]) }

    /// A binary file that was edited by somebody who computed its digest anew.
    public var resealed: [UInt8] { Array(dropLast(SHA256.byteCount)).sealed }
}
