import Foundation
import Imaging

/// A 256-bit hash that differs between pictures but hardly changes with the format or size of the file.
///
/// Each bit is set if a coefficient exceeds the median of all coefficients: the lowest 16 x 16 frequencies of the
/// discrete cosine transform (DCT-II) of the luma at 64 x 64 pixels. Zauner ("Implementation and Benchmarking of
/// Perceptual Image Hash Functions", 2010) uses 8 x 8 of 32 x 32, but images of aligned parts are too similar for 64
/// bits.
public struct PerceptualHash: Sendable, Hashable {
    private static let side = 64, frequencies = 16

    /// The four words of the hash. Bit 0 is the lowest bit of the first word; frequencies are in row order.
    public var words: [UInt64] { (0..<bits.scalarCount).map { bits[$0] } }
    private let bits: SIMD4<UInt64>

    /// - Parameter image: a grey or RGB image.
    public init(_ image: PlanarImage) {
        let small = image.resized(width: Self.side, height: Self.side).convertedToGrey().values
        let (side, frequencies) = (Self.side, Self.frequencies)
        let waves = (0..<frequencies).map { frequency in
            (0..<side).map { cos(Double.pi * Double(2 * $0 + 1) * Double(frequency) / Double(2 * side)) }
        }
        // 64 rows of 16 frequencies.
        var rows = [Double](repeating: 0, count: side * frequencies)
        for y in 0..<side {
            for (u, wave) in waves.enumerated() {
                var sum = 0.0
                for x in 0..<side { sum += Double(small[y * side + x]) * wave[x] }
                rows[y * frequencies + u] = sum
            }
        }
        var coefficients: [Double] = []
        for wave in waves {
            for u in 0..<frequencies {
                var sum = 0.0
                for y in 0..<side { sum += rows[y * frequencies + u] * wave[y] }
                coefficients.append(sum)
            }
        }
        let sorted = coefficients.sorted()
        let median = (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
        var bits = SIMD4<UInt64>.zero
        // The margin ignores rounding differences, as in an image of one colour.
        for (bit, value) in coefficients.enumerated() where value - median > 1e-3 {
            bits[bit / 64] |= 1 << UInt64(bit % 64)
        }
        self.bits = bits
    }

    /// - Parameter words: the four words of a hash.
    /// - Returns: nil for another number of words.
    public init?(words: [UInt64]) {
        guard words.count == 4 else { return nil }
        bits = SIMD4(words[0], words[1], words[2], words[3])
    }

    /// The number of bits in which two hashes differ.
    public func distance(to other: PerceptualHash) -> Int {
        let changed = bits ^ other.bits
        return (0..<4).reduce(0) { $0 + changed[$1].nonzeroBitCount }
    }
}
