import Glibc
import Imaging
import SeededRandom

/// Procedural textures: blotches of every scale, islands with sharp edges, stripes and checks.
enum FormulaTexture {
    private enum Pattern: CaseIterable { case blotches, islands, stripes, checks }

    /// An RGB texture between two random colours. Its wavelength is log-uniform from 3 pixels to half its longer side.
    static func render(width: Int, height: Int, using generator: inout SeededGenerator) -> PlanarImage {
        let extent = Float(max(width, height))
        let wavelength = generator.logUniform(3, max(4, extent / 2))
        let amount: [Float]
        switch Pattern.allCases[generator.integer(below: Pattern.allCases.count)] {
        case .blotches:
            amount = field(width, height, wavelength, using: &generator).map { 0.5 + 0.3 * $0 }
        case .islands:
            let level = generator.uniform(-0.7, 0.7), steepness = generator.logUniform(1, 8)
            let coarse = field(width, height, wavelength, using: &generator)
            let fine = field(width, height, wavelength / 3, using: &generator)
            amount = zip(coarse, fine).map { 0.5 + steepness * ($0 + 0.4 * $1 - level) }
        case .stripes: amount = waves(width, height, wavelength, isCrossed: false, using: &generator)
        case .checks: amount = waves(width, height, wavelength, isCrossed: true, using: &generator)
        }
        let dark = ColourPalette.draw(using: &generator)
        let light = ColourPalette.draw(using: &generator)
        let grain = generator.uniform(0, 0.06)
        let plane = width * height
        var values = [Float](repeating: 0, count: 3 * plane)
        for index in 0..<plane {
            let mix = min(max(amount[index], 0), 1)
            let colour = dark + (light - dark) * mix + grain * generator.normal()
            for channel in 0..<3 { values[channel * plane + index] = min(max(colour[channel], 0), 1) }
        }
        return PlanarImage(width: width, height: height, channels: 3, values: values)
    }

    private static func field(
        _ width: Int, _ height: Int, _ wavelength: Float, using generator: inout SeededGenerator
    ) -> [Float] {
        let cell = max(1, wavelength / 2)
        return SmoothField(columns: Int(Float(width) / cell), rows: Int(Float(height) / cell), using: &generator)
            .rendered(width: width, height: height)
    }

    /// Sine waves with a smooth distortion and any steepness. Crossed waves make checks.
    private static func waves(
        _ width: Int, _ height: Int, _ wavelength: Float, isCrossed: Bool, using generator: inout SeededGenerator
    ) -> [Float] {
        let angle = generator.uniform(0, .pi), steepness = generator.logUniform(0.5, 6)
        let frequency = 2 * Float.pi / wavelength, phase = generator.uniform(0, 2 * .pi)
        let direction = SIMD2(cosf(angle), sinf(angle)) * frequency
        let distortion = generator.uniform(0, 1.5)
        let bend = SmoothField(columns: 3, rows: 3, using: &generator).rendered(width: width, height: height)
        var result = [Float](repeating: 0, count: width * height)
        for y in 0..<height {
            for x in 0..<width {
                let index = y * width + x
                let place = SIMD2(Float(x), Float(y))
                let shift = phase + distortion * bend[index]
                var wave = sinf((place * direction).sum() + shift)
                if isCrossed { wave *= sinf(place.y * direction.x - place.x * direction.y + shift) }
                result[index] = 0.5 + steepness * wave
            }
        }
        return result
    }
}
