import Tensors
import Testing

@Suite("bfloat16")
struct BFloat16Tests {
    let kernels = TensorKernels(precision: .bfloat16)

    func stored(_ values: [Float]) -> [UInt16] {
        var bits = [UInt16](repeating: 0, count: values.count)
        kernels.store(values, to: &bits, count: values.count)
        return bits
    }

    func unpacked(_ bits: [UInt16]) -> [Float] {
        var bits = bits
        var values = [Float](repeating: 0, count: bits.count)
        kernels.unpack(&bits, to: &values, channels: 1, pixels: bits.count, block: 1)
        return values
    }

    @Test(
        "rounds to the nearest value, ties to the even one",
        arguments: [
            (Float(1), UInt16(0x3F80)), (-1, 0xBF80), (0, 0), (-0.0, 0x8000), (.pi, 0x4049),
            (0x1.01p0, 0x3F80), (0x1.0102p0, 0x3F81), (0x1.03p0, 0x3F82), (0x1.02fffep0, 0x3F81),
            (-0x1.01p0, 0xBF80), (-0x1.03p0, 0xBF82),
            (0x1.ffp0, 0x4000), (0x1.fep127, 0x7F7F), (0x1.fefffep127, 0x7F7F), (0x1.ffp127, 0x7F80),
            (.greatestFiniteMagnitude, 0x7F80), (-.greatestFiniteMagnitude, 0xFF80),
            (.infinity, 0x7F80), (-.infinity, 0xFF80),
            (0x1p-133, 0x0001), (0x1p-134, 0x0000), (0x1.8p-133, 0x0002), (.leastNonzeroMagnitude, 0x0000),
        ])
    func rounding(_ value: Float, _ bits: UInt16) {
        #expect(stored([value]) == [bits])
    }

    @Test(
        "keeps NaN a NaN, whatever its payload",
        arguments: [0x7FC0_0000, 0x7F80_0001, 0x7FFF_FFFF, 0xFF80_0001, 0xFFFF_FFFF] as [UInt32])
    func notANumber(_ pattern: UInt32) {
        // Long enough for the vector loop and its remainder.
        let values = [Float](repeating: Float(bitPattern: pattern), count: 37)
        #expect(unpacked(stored(values)).allSatisfy { $0.isNaN })
    }

    @Test("every stored value is a float with an empty lower half, and is stored as itself")
    func everyPattern() {
        let patterns = (0...UInt16.max).filter { !Float(bitPattern: UInt32($0) << 16).isNaN }
        let values = unpacked(patterns)
        #expect(values.map(\.bitPattern) == patterns.map { UInt32($0) << 16 })
        #expect(stored(values) == patterns)
    }

    @Test("random values come back within half a unit of the last of 8 bits")
    func precision() {
        let values = randomValues(4099, seed: 1, -100, 100)
        #expect(zip(values, unpacked(stored(values))).allSatisfy { abs($0 - $1) <= abs($0) * 0x1p-8 })
    }
}
