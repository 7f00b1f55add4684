import Glibc
import Imaging
import SeededRandom

/// Textures from formulas, where no pictures of textures are given: clouds, veins, cells, mosaics, bands, weaves and
/// threads, turned, stretched, bent, in two to four colours.
struct ComputedTexture {
    private let pattern: any TexturePattern
    private let plane: TexturePlane
    private let shading: TextureNoise
    /// The amount at which the first colour ends, and the gain around it.
    private let level, steepness: Float
    private let colours: [SIMD3<Float>]
    private let grain, shade: Float

    /// An RGB texture. Its wavelength is log-uniform from 3 pixels to half its longer side.
    static func render(width: Int, height: Int, using generator: inout SeededGenerator) -> PlanarImage {
        ComputedTexture(extent: Float(max(width, height)), using: &generator)
            .rendered(width: width, height: height, using: &generator)
    }

    /// - Parameter extent: the longer side in pixels.
    private init(extent: Float, using generator: inout SeededGenerator) {
        pattern = TexturePatterns.draw(using: &generator)
        plane = TexturePlane(wavelength: generator.logUniform(3, max(4, extent / 2)), using: &generator)
        shading = TextureNoise(using: &generator)
        level = generator.uniform(0.3, 0.7)
        steepness = generator.logUniform(0.7, 8)
        colours = Self.palette(using: &generator)
        grain = generator.uniform(0, 0.06)
        shade = generator.chance(0.5) ? generator.uniform(0, 0.3) : 0
    }

    private func rendered(width: Int, height: Int, using generator: inout SeededGenerator) -> PlanarImage {
        let area = width * height
        var values = [Float](repeating: 0, count: 3 * area)
        for y in 0..<height {
            for x in 0..<width {
                let place = plane.place(x, y)
                let amount = 0.5 + steepness * (pattern.amount(at: place) - level)
                var colour = colour(min(max(amount, 0), 1)) + grain * generator.normal()
                if shade > 0 { colour *= 1 + shade * shading.value(place * 0.37) }
                for channel in 0..<3 {
                    values[channel * area + y * width + x] = min(max(colour[channel], 0), 1)
                }
            }
        }
        return PlanarImage(width: width, height: height, channels: 3, values: values)
    }

    private func colour(_ amount: Float) -> SIMD3<Float> {
        let position = amount * Float(colours.count - 1)
        let index = min(Int(position), colours.count - 2)
        return colours[index] + (colours[index + 1] - colours[index]) * (position - Float(index))
    }

    /// Two to four colours. A third of the palettes have little contrast.
    private static func palette(using generator: inout SeededGenerator) -> [SIMD3<Float>] {
        let count = [2, 2, 3, 4][generator.integer(below: 4)]
        let contrast = generator.chance(1 / 3) ? generator.uniform(0.1, 0.5) : 1
        let first = ColourPalette.draw(using: &generator)
        return [first]
            + (1..<count).map { _ in first + (ColourPalette.draw(using: &generator) - first) * contrast }
    }
}

/// The way from pixels to the plane of a pattern, in which one wavelength has the length 1: a turn, a stretch along one
/// axis in half of the cases, and a smooth bend in half.
private struct TexturePlane {
    private let across, down: SIMD2<Float>
    private let origin: SIMD2<Float>
    private let bend: (x: TextureNoise, y: TextureNoise)
    private let reach, fineness: Float

    init(wavelength: Float, using generator: inout SeededGenerator) {
        let angle = generator.uniform(0, 2 * .pi)
        let stretch = generator.chance(0.5) ? generator.logUniform(1, 6) : 1
        across = SIMD2(cosf(angle), sinf(angle)) / wavelength
        down = SIMD2(-sinf(angle), cosf(angle)) / (wavelength * stretch)
        origin = SIMD2(generator.uniform(0, 64), generator.uniform(0, 64))
        bend = (TextureNoise(using: &generator), TextureNoise(using: &generator))
        reach = generator.chance(0.5) ? generator.logUniform(0.1, 1.5) : 0
        fineness = generator.logUniform(0.1, 0.6)
    }

    func place(_ x: Int, _ y: Int) -> SIMD2<Float> {
        let place = origin + across * Float(x) + down * Float(y)
        guard reach > 0 else { return place }
        return place + reach * SIMD2(bend.x.value(place * fineness), bend.y.value(place * fineness))
    }
}
