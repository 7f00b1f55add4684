import Glibc
import SeededRandom

/// A pattern over the plane with wavelength 1.
protocol TexturePattern {
    /// About 0...1, with 0.5 in the middle.
    func amount(at place: SIMD2<Float>) -> Float
}

enum TexturePatterns {
    /// Draws one of all patterns with its settings.
    static func draw(using generator: inout SeededGenerator) -> any TexturePattern {
        switch generator.integer(below: 7) {
        case 0: Clouds(isRidged: false, using: &generator)
        case 1: Clouds(isRidged: true, using: &generator)
        case 2: Waves(using: &generator)
        case 3: Bands(using: &generator)
        case 4: Weave(using: &generator)
        case 5: Cells(using: &generator)
        default: Threads(using: &generator)
        }
    }
}

/// Noise of several octaves: blotches, marble, fibres where the plane is stretched, veins.
private struct Clouds: TexturePattern {
    private let noise: TextureNoise
    private let count: Int
    private let gain: Float
    private let isRidged: Bool

    init(isRidged: Bool, using generator: inout SeededGenerator) {
        noise = TextureNoise(using: &generator)
        count = generator.integer(in: 1...5)
        gain = generator.uniform(0.35, 0.85)
        self.isRidged = isRidged
    }

    func amount(at place: SIMD2<Float>) -> Float {
        0.5 + 0.5 * noise.octaves(place, count: count, gain: gain, isRidged: isRidged)
    }
}

/// A sine wave, or two crossed ones: stripes and checks.
private struct Waves: TexturePattern {
    private let isCrossed: Bool
    private let fineness: Float

    init(using generator: inout SeededGenerator) {
        isCrossed = generator.chance(0.5)
        fineness = generator.logUniform(0.5, 2)
    }

    func amount(at place: SIMD2<Float>) -> Float {
        let wave = sinf(2 * .pi * place.x)
        return 0.5 + 0.5 * (isCrossed ? wave * sinf(2 * .pi * fineness * place.y) : wave)
    }
}

/// Parallel bands of random brightness and width.
private struct Bands: TexturePattern {
    private let noise: TextureNoise
    private let unevenness: Float
    private let isCrossed: Bool

    init(using generator: inout SeededGenerator) {
        noise = TextureNoise(using: &generator)
        unevenness = generator.uniform(0, 1)
        isCrossed = generator.chance(0.3)
    }

    func amount(at place: SIMD2<Float>) -> Float {
        let along = brightness(place.x, 0)
        return isCrossed ? 0.5 * (along + brightness(place.y, 1)) : along
    }

    private func brightness(_ position: Float, _ line: Int32) -> Float {
        let cell = position.rounded(.down)
        let border = 0.5 + unevenness * (noise.uniform(Int32(cell), line, 1) - 0.5)
        return noise.uniform(Int32(cell) * 2 + (position - cell < border ? 0 : 1), line)
    }
}

/// Threads that cross over and under each other: plain weave, twill and satin.
private struct Weave: TexturePattern {
    private let period, step: Int32
    private let gap, contrast: Float
    private let noise: TextureNoise

    init(using generator: inout SeededGenerator) {
        period = Int32(generator.integer(in: 2...5))
        step = Int32(generator.integer(in: 1...2))
        gap = generator.uniform(0, 0.8)
        contrast = generator.uniform(0, 0.6)
        noise = TextureNoise(using: &generator)
    }

    func amount(at place: SIMD2<Float>) -> Float {
        let floor = place.rounded(.down)
        let (column, row) = (Int32(floor.x), Int32(floor.y))
        let t = 2 * (place - floor) - 1
        let turn = (column + step * row) % period
        let isUpright = (turn < 0 ? turn + period : turn) < period / 2 + period % 2
        let across = isUpright ? t.x : t.y, along = isUpright ? t.y : t.x
        let shade = noise.uniform(isUpright ? column : row, isUpright ? 0 : 1)
        let thread = 1 - gap * across * across - 0.3 * along * along
        return thread * (isUpright ? 1 : 1 - contrast) - 0.2 * shade
    }
}

/// Points at random places, one for each cell of a lattice (Worley, "A cellular texture basis function", SIGGRAPH
/// 1996): bubbles and dots, honeycombs, cracks, mosaics.
private struct Cells: TexturePattern {
    private enum Form: CaseIterable { case bubbles, borders, mosaic, dots }

    private let noise: TextureNoise
    private let form: Form
    private let jitter, size: Float

    init(using generator: inout SeededGenerator) {
        noise = TextureNoise(using: &generator)
        form = Form.allCases[generator.integer(below: Form.allCases.count)]
        jitter = generator.chance(0.3) ? 0 : generator.uniform(0.3, 1)
        size = generator.uniform(0.15, 0.5)
    }

    func amount(at place: SIMD2<Float>) -> Float {
        let floor = place.rounded(.down)
        var nearest = Float.greatestFiniteMagnitude, second = nearest
        var owner: Float = 0
        for row in Int32(-1)...1 {
            for column in Int32(-1)...1 {
                let cell = (Int32(floor.x) + column, Int32(floor.y) + row)
                let offset = SIMD2(noise.uniform(cell.0, cell.1, 1), noise.uniform(cell.0, cell.1, 2)) - 0.5
                let gap = floor + SIMD2(Float(column), Float(row)) + 0.5 + jitter * offset - place
                let distance = (gap * gap).sum()
                if distance < nearest {
                    (nearest, second) = (distance, nearest)
                    owner = noise.uniform(cell.0, cell.1)
                } else {
                    second = min(second, distance)
                }
            }
        }
        let distance = nearest.squareRoot()
        return switch form {
        case .bubbles: distance
        case .borders: 2 * (second.squareRoot() - distance)
        case .mosaic: owner
        case .dots: 0.5 + 2 * (size * (0.5 + owner) - distance)
        }
    }
}

/// Short straight pieces of random place, length and direction, two for each cell: hairs, scratches, felt.
private struct Threads: TexturePattern {
    private let noise: TextureNoise
    private let width, disorder: Float

    init(using generator: inout SeededGenerator) {
        noise = TextureNoise(using: &generator)
        width = generator.logUniform(0.03, 0.3)
        disorder = generator.logUniform(0.1, 20)
    }

    func amount(at place: SIMD2<Float>) -> Float {
        let floor = place.rounded(.down)
        var highest: Float = 0
        for row in Int32(-1)...1 {
            for column in Int32(-1)...1 {
                for number in UInt32(0)..<2 {
                    highest = max(
                        highest, thread((Int32(floor.x) + column, Int32(floor.y) + row), 6 * number, at: place))
                }
            }
        }
        return highest
    }

    /// The brightness of one thread: 0 at more than two widths from it.
    private func thread(_ cell: (Int32, Int32), _ number: UInt32, at place: SIMD2<Float>) -> Float {
        func random(_ index: UInt32) -> Float { noise.uniform(cell.0, cell.1, number + index) }
        let centre = SIMD2(Float(cell.0) + random(0), Float(cell.1) + random(1))
        let offset = place - centre
        let deviation = disorder * (SIMD2(random(2), random(3)) - 0.5)
        let towards = SIMD2(1, 0) + deviation
        let along = towards / max((towards * towards).sum().squareRoot(), 1e-6)
        let position = (offset * along).sum()
        let length = 0.3 + 0.5 * random(4)
        let beyond = max(0, abs(position) - length)
        let aside = offset.x * along.y - offset.y * along.x
        let distance = (beyond * beyond + aside * aside).squareRoot()
        return max(0, 1 - distance / (2 * width)) * (0.5 + 0.5 * random(5))
    }
}
