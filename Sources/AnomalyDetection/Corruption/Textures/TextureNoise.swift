import SeededRandom

/// Random numbers at the points of an unbounded lattice, and gradient noise (Perlin 2002) between them. It stores
/// nothing, so any turn or stretch of the plane costs the same.
struct TextureNoise {
    private let seed: UInt32

    init(using generator: inout SeededGenerator) { seed = UInt32(truncatingIfNeeded: generator.next() >> 32) }

    /// A random number of a lattice point, with 24 random bits: the finaliser of MurmurHash3.
    private func bits(_ column: Int32, _ row: Int32, _ number: UInt32) -> UInt32 {
        var hash = seed ^ UInt32(bitPattern: column) &* 0x9E37_79B1 ^ UInt32(bitPattern: row) &* 0x85EB_CA77
        hash = hash &+ number &* 0xC2B2_AE3D
        hash = (hash ^ hash >> 16) &* 0x85EB_CA6B
        hash = (hash ^ hash >> 13) &* 0xC2B2_AE35
        return (hash ^ hash >> 16) >> 8
    }

    /// Uniform in 0 ..< 1 and equal for equal arguments.
    ///
    /// - Parameter number: tells apart several numbers of one point.
    func uniform(_ column: Int32, _ row: Int32, _ number: UInt32 = 0) -> Float {
        Float(bits(column, row, number)) * 0x1p-24
    }

    /// Gradient noise of wavelength 1, within -1...1 and 0 at lattice points.
    func value(_ place: SIMD2<Float>) -> Float {
        let floor = place.rounded(.down)
        let t = place - floor
        let (column, row) = (Int32(floor.x), Int32(floor.y))
        func ramp(_ i: Int32, _ j: Int32) -> Float {
            let bits = bits(column + i, row + j, 0)
            let gradient = SIMD2(Float(bits & 0xFFF), Float(bits >> 12)) * (2 / 4095) - 1
            return (gradient * (t - SIMD2(Float(i), Float(j)))).sum()
        }
        let fade = t * t * t * (t * (t * 6 - 15) + 10)
        let top = ramp(0, 0) + (ramp(1, 0) - ramp(0, 0)) * fade.x
        let base = ramp(0, 1) + (ramp(1, 1) - ramp(0, 1)) * fade.x
        return top + (base - top) * fade.y
    }

    /// A sum of octaves, each of half the wavelength and `gain` times the amplitude of the one before: about -1...1.
    ///
    /// - Parameter isRidged: true to take the absolute value of each octave, which makes veins.
    func octaves(_ place: SIMD2<Float>, count: Int, gain: Float, isRidged: Bool) -> Float {
        var (sum, total, amplitude): (Float, Float, Float) = (0, 0, 1)
        var point = place
        for octave in 0..<count {
            let noise = value(point)
            sum += amplitude * (isRidged ? 1 - 4 * abs(noise) : 2 * noise)
            total += amplitude
            amplitude *= gain
            point = point * 2 + Float(octave + 1) * 17.3
        }
        return sum / total
    }
}
