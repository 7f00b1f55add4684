import Imaging
import SeededRandom
import Testing

@testable import AnomalyDetection

@Suite("Noise and filters of corruption models")
struct CorruptionNoiseTests {
    @Test("Perlin noise lies in -1...1 and is 0 at its lattice points")
    func perlinRange() {
        var generator = SeededGenerator(seed: 51)
        var largest: Float = 0
        for _ in 0..<40 {
            let noise = PerlinNoise(columns: 4, rows: 8, using: &generator)
            for row in 0...8 {
                for column in 0...4 { #expect(abs(noise.value(Float(column) / 4, Float(row) / 8)) < 1e-6) }
            }
            for _ in 0..<500 { largest = max(largest, abs(noise.value(generator.uniform(), generator.uniform()))) }
        }
        #expect(largest <= 1 && largest > 0.7)
    }

    /// The expected share is the mean over 1,500 draws of a NumPy implementation (128 x 128, scipy.ndimage.rotate with
    /// order 1 and reshape off): 0.0471 with a standard error of 0.0009.
    @Test("The share of an image above DRAEM's threshold matches an independent implementation")
    func perlinShare() {
        var generator = SeededGenerator(seed: 52)
        let draws = 800
        let covered = (0..<draws).reduce(0) { sum, _ in
            sum + PerlinCorruption.region(width: 128, height: 128, using: &generator).count { $0 }
        }
        let share = Float(covered) / Float(draws * 128 * 128)
        #expect(abs(share - 0.0471) < 0.006)
    }

    @Test("Every texture augmentation changes images and keeps 0...1", arguments: TextureAugmentation.allCases)
    func augmentations(augmentation: TextureAugmentation) {
        let texture = CorruptionTestImages.weave(width: 33, height: 20)
        var generator = SeededGenerator(seed: 53)
        var changed = 0
        for _ in 0..<12 {
            var image = texture
            augmentation.apply(to: &image, using: &generator)
            #expect(image.values.allSatisfy { $0 >= 0 && $0 <= 1 })
            changed += image == texture ? 0 : 1
        }
        // Half of all solarisations change nothing, as in the original.
        #expect(changed >= 3)
    }

    @Test("Colours survive the round trip through HSV")
    func hsvRoundTrip() {
        var generator = SeededGenerator(seed: 54)
        for _ in 0..<500 {
            let rgb = SIMD3(generator.uniform(), generator.uniform(), generator.uniform())
            let back = HSVColour(rgb: rgb).rgb
            #expect(abs(back.x - rgb.x) < 1e-5 && abs(back.y - rgb.y) < 1e-5 && abs(back.z - rgb.z) < 1e-5)
        }
        #expect(HSVColour(rgb: SIMD3(1, 0, 0)).hue == 0)
        #expect(abs(HSVColour(rgb: SIMD3(0, 0, 1)).hue - 2 / 3) < 1e-6)
    }

    @Test("Smooth fields have zero mean and unit variance")
    func smoothField() {
        var generator = SeededGenerator(seed: 55)
        let values = (0..<60).flatMap { _ in
            SmoothField(columns: 9, rows: 7, using: &generator).rendered(width: 40, height: 30)
        }
        let mean = values.reduce(0, +) / Float(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count)
        #expect(abs(mean) < 0.05)
        #expect(abs(variance - 1) < 0.08)
        let field = SmoothField(columns: 5, rows: 4, using: &generator)
        #expect(abs(field.rendered(width: 10, height: 8)[3 * 10 + 6] - field.value(0.65, 3.5 / 8)) < 1e-5)
    }

    @Test("The Gaussian preserves the sum and has the variance of its sigma")
    func gaussian() {
        var plane = [Float](repeating: 0, count: 41 * 41)
        plane[20 * 41 + 20] = 1
        GaussianBlur(sigma: 2).apply(to: &plane, width: 41, height: 41)
        let variance = plane.indices.reduce(Float(0)) { sum, index in
            let x = Float(index % 41 - 20)
            return sum + plane[index] * x * x
        }
        #expect(abs(plane.reduce(0, +) - 1) < 1e-5)
        #expect(abs(variance - 4) < 0.15)
        var flat = [Float](repeating: 0.3, count: 12)
        GaussianBlur(sigma: 3).apply(to: &flat, width: 4, height: 3)
        #expect(flat.allSatisfy { abs($0 - 0.3) < 1e-6 })
    }

    @Test("Procedural textures have values in 0...1 at any size", arguments: [(1, 1), (64, 3), (50, 50)])
    func formulaTexture(size: (Int, Int)) {
        var generator = SeededGenerator(seed: 56)
        for _ in 0..<20 {
            let texture = ComputedTexture.render(width: size.0, height: size.1, using: &generator)
            #expect(texture.values.count == 3 * size.0 * size.1)
            #expect(texture.values.allSatisfy { $0 >= 0 && $0 <= 1 })
        }
    }
}
