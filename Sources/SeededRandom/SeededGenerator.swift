import Glibc

/// A pseudo-random generator that is a pure function of its seed and stream: xoshiro256** (Blackman and Vigna,
/// "Scrambled linear pseudorandom number generators", 2021), seeded by SplitMix64.
///
/// It implements its own distributions, because the sequences of `Float.random(in:using:)` can change between releases
/// of Swift, while results must be reproducible.
public struct SeededGenerator: RandomNumberGenerator, Sendable, Equatable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// - Parameters:
    ///   - seed: the user's seed.
    ///   - stream: the purpose of the numbers (an image's digest, a variant, a step). Streams of the same seed are
    ///     independent of each other.
    public init(seed: UInt64, stream: [UInt64] = []) {
        var mixer = SplitMix64(state: seed)
        for word in stream { mixer.absorb(word) }
        state = (mixer.next(), mixer.next(), mixer.next(), mixer.next())
    }

    /// A stream with a name, such as `"weights"`.
    public init(seed: UInt64, stream name: String, _ words: UInt64...) {
        self.init(seed: seed, stream: [StableHash.of(name)] + words)
    }

    public mutating func next() -> UInt64 {
        let result = (state.1 &* 5).rotatedLeft(7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = state.3.rotatedLeft(45)
        return result
    }

    public static func == (left: Self, right: Self) -> Bool { left.state == right.state }
}

extension SeededGenerator {
    /// Uniform in [0, 1), a multiple of 2^-24.
    public mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// Uniform in [lower, upper).
    public mutating func uniform(_ lower: Float, _ upper: Float) -> Float { lower + (upper - lower) * uniform() }

    /// Log-uniform in [lower, upper) for positive bounds: small values are as likely as large ones.
    public mutating func logUniform(_ lower: Float, _ upper: Float) -> Float {
        expf(uniform(logf(lower), logf(upper)))
    }

    /// Uniform in 0 ..< bound without bias (Lemire's multiplication method with rejection).
    public mutating func integer(below bound: Int) -> Int {
        guard bound > 0 else { fatalError("integer(below:) needs a positive bound, not \(bound)") }
        let range = UInt64(bound)
        var product = next().multipliedFullWidth(by: range)
        if product.low < range {
            let threshold = (0 &- range) % range
            while product.low < threshold { product = next().multipliedFullWidth(by: range) }
        }
        return Int(product.high)
    }

    /// Uniform in a closed range of integers.
    public mutating func integer(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + integer(below: range.upperBound - range.lowerBound + 1)
    }

    /// True with the given probability.
    public mutating func chance(_ probability: Float) -> Bool { uniform() < probability }

    /// Standard normal (Marsaglia's polar method). The second value of each pair is discarded, so the generator needs
    /// no further state.
    public mutating func normal() -> Float {
        while true {
            let x = uniform(-1, 1), y = uniform(-1, 1)
            let squared = x * x + y * y
            if squared > 0 && squared < 1 { return x * (-2 * logf(squared) / squared).squareRoot() }
        }
    }

    /// Gamma with the given shape and scale (Marsaglia and Tsang, 2000).
    public mutating func gamma(shape: Float, scale: Float) -> Float {
        guard shape >= 1 else {
            let boost = powf(max(uniform(), .leastNormalMagnitude), 1 / shape)
            return gamma(shape: shape + 1, scale: scale) * boost
        }
        let d = shape - 1 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal()
            let v = (1 + c * x) * (1 + c * x) * (1 + c * x)
            guard v > 0 else { continue }
            let u = max(uniform(), .leastNormalMagnitude)
            if logf(u) < 0.5 * x * x + d - d * v + d * logf(v) { return d * v * scale }
        }
    }

    /// An index with a probability proportional to its weight. At least one weight must be positive.
    public mutating func index(weights: [Float]) -> Int {
        let total = weights.reduce(0, +)
        guard total > 0 else { fatalError("index(weights:) needs a positive weight among \(weights)") }
        var remaining = uniform() * total
        var last = 0
        for (index, weight) in weights.enumerated() where weight > 0 {
            last = index
            if remaining < weight { return index }
            remaining -= weight
        }
        return last
    }

    /// A random permutation of 0 ..< count (Fisher and Yates).
    public mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        guard count > 1 else { return order }
        for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, integer(below: last + 1)) }
        return order
    }
}

extension UInt64 {
    fileprivate func rotatedLeft(_ bits: UInt64) -> UInt64 { (self << bits) | (self >> (64 - bits)) }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): expands a seed and any number of words into well-mixed state.
private struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Mixes a word into the state.
    mutating func absorb(_ word: UInt64) { state = next() ^ (word &* 0xD6E8_FEB8_6659_FD93) }
}

/// 64-bit FNV-1a: unlike `Hasher`, it gives the same hash in every process. Suitable for choosing streams and
/// boundaries, not for identity.
public enum StableHash {
    public static func of(_ text: String) -> UInt64 { of(text.utf8) }

    public static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return hash
    }
}
