import Tensors
import Testing

@Suite("Masked squared error")
struct MaskedSquaredErrorTests {
    static let pixels = 523
    /// Every third pixel, and a run that fills one partial sum.
    static let mask = (0..<pixels).map { UInt8($0 % 3 == 0 || (256..<512).contains($0) ? 1 : 0) }
    static let maskedCount = mask.reduce(0) { $0 + Int($1) }

    /// Converts a channel-major image to blocks of channels with the given padding value.
    static func blocked(_ planar: [Float], channels: Int, block: Int, padding: Float) -> [Float] {
        let pixels = planar.count / channels
        var result = [Float](repeating: padding, count: (channels + block - 1) / block * block * pixels)
        for channel in 0..<channels {
            for pixel in 0..<pixels {
                result[(channel / block * pixels + pixel) * block + channel % block] = planar[channel * pixels + pixel]
            }
        }
        return result
    }

    struct Answer {
        var outside, inside: Double
        var gradient: [Float]
    }

    static func evaluate(
        _ output: [Float], _ target: [Float], _ mask: [UInt8] = mask, channels: Int, block: Int,
        scales: (outside: Float, inside: Float)
    ) -> Answer {
        var output = blocked(output, channels: channels, block: block, padding: 7)
        var gradient = [Float](repeating: .nan, count: output.count)
        let sums = TensorKernels(precision: .float32).maskedSquaredError(
            output: &output, target: target, mask: mask, channels: channels, pixels: mask.count, block: block,
            outsideScale: scales.outside, insideScale: scales.inside, gradient: &gradient)
        return Answer(outside: sums.outside, inside: sums.inside, gradient: gradient)
    }

    @Test("A constant residual c sums to c^2 per value on either side", arguments: [1, 3, 8, 16])
    func constantResidual(_ block: Int) {
        let target = randomValues(3 * Self.pixels, seed: 1).map { ($0 * 64).rounded() / 64 }
        let answer = Self.evaluate(
            target.map { $0 + 0.25 }, target, channels: 3, block: block, scales: (outside: 2, inside: -4))
        #expect(answer.inside == 3 * 0.0625 * Double(Self.maskedCount))
        #expect(answer.outside == 3 * 0.0625 * Double(Self.pixels - Self.maskedCount))
        let expected = (0..<3).flatMap { _ in Self.mask.map { $0 == 1 ? Float(-1) : 0.5 } }
        #expect(answer.gradient == Self.blocked(expected, channels: 3, block: block, padding: 0))
    }

    @Test(
        "The gradient is residual times scale, and 0 in padding channels", arguments: [1, 4, 8])
    func gradient(_ block: Int) {
        let channels = 5
        let output = randomValues(channels * Self.pixels, seed: 2)
        let target = randomValues(channels * Self.pixels, seed: 3)
        let answer = Self.evaluate(
            output, target, channels: channels, block: block, scales: (outside: 0.5, inside: 3))
        var expected: [Float] = []
        var (outside, inside) = (0.0, 0.0)
        for index in output.indices {
            let residual = output[index] - target[index]
            let isMasked = Self.mask[index % Self.pixels] == 1
            expected.append(residual * (isMasked ? 3 : 0.5))
            if isMasked { inside += Double(residual * residual) } else { outside += Double(residual * residual) }
        }
        #expect(answer.gradient == Self.blocked(expected, channels: channels, block: block, padding: 0))
        #expect(abs(answer.inside - inside) < 1e-5 * inside)
        #expect(abs(answer.outside - outside) < 1e-5 * outside)
    }

    @Test("A side without pixels has sum 0")
    func emptySides() {
        let output = randomValues(3 * Self.pixels, seed: 4), target = randomValues(3 * Self.pixels, seed: 5)
        let ones = [UInt8](repeating: 1, count: Self.pixels), zeros = [UInt8](repeating: 0, count: Self.pixels)
        let full = Self.evaluate(output, target, ones, channels: 3, block: 8, scales: (1, 1))
        let empty = Self.evaluate(output, target, zeros, channels: 3, block: 8, scales: (1, 1))
        #expect(full.outside == 0)
        #expect(empty.inside == 0)
        #expect(full.inside == empty.outside)
        #expect(full.inside > 0)
    }

    @Test("Without a gradient buffer only sums are computed")
    func sumsOnly() {
        let target = [Float](repeating: 0, count: 3 * Self.pixels)
        var output = [Float](repeating: 2, count: 3 * Self.pixels)
        let sums = TensorKernels(precision: .float32).maskedSquaredError(
            output: &output, target: target, mask: Self.mask, channels: 3, pixels: Self.pixels, block: 1,
            outsideScale: 1, insideScale: 1, gradient: nil)
        #expect(sums.inside + sums.outside == 12 * Double(Self.pixels))
        #expect(output.allSatisfy { $0 == 2 })
    }
}
