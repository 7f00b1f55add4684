import SeededRandom

/// A material of the demo data set. Raw values are folder names.
public enum DemoMaterial: String, CaseIterable, Sendable {
    case brushedMetal = "brushed_metal"
    case wood
    case wovenCloth = "woven_cloth"

    /// A random piece of the material.
    func texture(from random: inout SeededGenerator) -> any Texture {
        switch self {
        case .brushedMetal: BrushedMetalTexture(from: &random)
        case .wood: WoodTexture(from: &random)
        case .wovenCloth: WovenClothTexture(from: &random)
        }
    }
}

/// Red, green and blue; 0 to 1 is the visible range.
typealias Colour = SIMD3<Float>

/// A position on a surface. An image spans 128 units, whatever its size in pixels.
typealias Place = SIMD2<Float>

/// A surface without defects: a colour at every position.
protocol Texture {
    func colour(at place: Place) -> Colour
}

/// The position, rotation and brightness of a piece of material under the camera. They vary slightly between images.
struct TextureFrame {
    private let origin: Place
    private let cosine: Float
    private let sine: Float
    let brightness: Float

    /// - Parameter rotationTurns: the maximum rotation to either side, in turns.
    init(rotationTurns: Float, brightness: ClosedRange<Float>, from random: inout SeededGenerator) {
        origin = Place(random.uniform(0, 4096), random.uniform(0, 4096))
        let turns = random.uniform(-rotationTurns, rotationTurns)
        cosine = Waves.cosine(turns: turns)
        sine = Waves.sine(turns: turns)
        self.brightness = random.uniform(brightness.lowerBound, brightness.upperBound)
    }

    /// Converts a position in the image to a position on the material.
    func onMaterial(_ place: Place) -> Place {
        origin + Place(cosine * place.x - sine * place.y, sine * place.x + cosine * place.y)
    }
}

/// Steel brushed from left to right: long fine streaks with a soft reflection across them and a faint grain.
struct BrushedMetalTexture: Texture {
    private let frame: TextureFrame
    private let streaks: LatticeNoise
    private let grain: LatticeNoise
    private let reflectionPhase: Float
    private let tint: Colour

    init(from random: inout SeededGenerator) {
        frame = TextureFrame(rotationTurns: 0.005, brightness: 0.96...1.04, from: &random)
        streaks = LatticeNoise(from: &random)
        grain = LatticeNoise(from: &random)
        reflectionPhase = random.uniform(-0.12, 0.12)
        tint = Colour(0.975, 1, 1.03) + random.uniform(-0.008, 0.008) * Colour(1, 0, -1)
    }

    func colour(at place: Place) -> Colour {
        let spot = frame.onMaterial(place)
        let streak =
            0.45 * streaks.value(spot.x / 70, spot.y / 0.8) + 0.35 * streaks.value(spot.x / 110, spot.y / 2.1 + 500)
            + 0.3 * streaks.value(spot.x / 190, spot.y / 6 + 900)
        // Brushing spreads a highlight across the strokes into a band that varies along them.
        let reflection = Waves.cosine(turns: (place.x + 0.15 * place.y - 64) / 210 + reflectionPhase)
        let tone = 0.575 + 0.075 * reflection + 0.06 * streak + 0.012 * grain.value(spot.x * 1.3, spot.y * 1.3)
        return tint * (tone * frame.brightness)
    }
}

/// A planed board without knots: growth rings cut lengthwise and slightly bent, fibres and dark pores.
struct WoodTexture: Texture {
    private static let early = Colour(0.80, 0.62, 0.42)
    private static let late = Colour(0.60, 0.41, 0.24)
    private static let pore = Colour(0.36, 0.23, 0.13)

    private let frame: TextureFrame
    private let bend: LatticeNoise
    private let fibres: LatticeNoise
    private let pores: LatticeNoise
    private let ringWidth: Float

    init(from random: inout SeededGenerator) {
        frame = TextureFrame(rotationTurns: 0.006, brightness: 0.95...1.05, from: &random)
        bend = LatticeNoise(from: &random)
        fibres = LatticeNoise(from: &random)
        pores = LatticeNoise(from: &random)
        ringWidth = random.uniform(11, 14)
    }

    func colour(at place: Place) -> Colour {
        let spot = frame.onMaterial(place)
        let grain = spot.y + 5 * bend.value(spot.x / 95, spot.y / 48)
        let bent =
            grain + 1.1 * bend.value(spot.x / 26, spot.y / 12 + 300) + 2.8 * bend.value(spot.x / 400, spot.y / 17 + 600)
        let ring = bent / ringWidth
        let age = ring - ring.rounded(.down)
        // Wood is pale in spring, darkens slowly until the end of the year, and changes sharply in the next spring.
        let lateness = Waves.smoothStep(0.1, 0.9, age) * age * age * Waves.smoothStep(1, 0.88, age)
        let fibre = 0.6 * fibres.value(spot.x / 22, grain / 0.8) + 0.5 * fibres.value(spot.x / 60, grain / 2.3 + 700)
        let board = Waves.mix(Self.early, Self.late, 0.1 + 0.9 * lateness) * (1 + 0.075 * fibre)
        return Waves.mix(board, Self.pore, 0.55 * poreCover(spot.x, grain)) * frame.brightness
    }

    /// Pores are short dashes along the grain, in some cells of a grid with shifted rows.
    private func poreCover(_ x: Float, _ y: Float) -> Float {
        let row = (y / 1.6).rounded(.down)
        let shifted = x / 10 + 3.7 * row
        let column = shifted.rounded(.down)
        let chance = pores.at(Int32(column), Int32(row))
        guard chance > 0.6 else { return 0 }
        // The relative size of this pore, 0 to 1.
        let vigour = (chance - 0.6) / 0.4
        let along = abs(shifted - column - 0.5), across = abs(y / 1.6 - row - 0.5)
        let length = 0.15 + 0.33 * vigour
        return Waves.smoothStep(length, 0.3 * length, along) * Waves.smoothStep(0.5, 0, across) * (0.4 + 0.6 * vigour)
    }
}

/// Plain weave: every thread goes over one crossing thread and under the next. Threads differ in thickness and tone,
/// and the cloth is stretched slightly unevenly.
struct WovenClothTexture: Texture {
    private static let pitch: Float = 8
    private static let warp = Colour(0.33, 0.42, 0.58)
    private static let weft = Colour(0.56, 0.61, 0.68)
    private static let gap = Colour(0.13, 0.15, 0.20)

    private struct Strand {
        /// About -1 to 1. The higher of two crossing threads is visible.
        let height: Float
        /// 1 on the thread, 0 next to it.
        let cover: Float
        let tone: Float
    }

    private let frame: TextureFrame
    private let stretch: LatticeNoise
    private let threads: LatticeNoise
    private let fuzz: LatticeNoise

    init(from random: inout SeededGenerator) {
        frame = TextureFrame(rotationTurns: 0.005, brightness: 0.95...1.05, from: &random)
        stretch = LatticeNoise(from: &random)
        threads = LatticeNoise(from: &random)
        fuzz = LatticeNoise(from: &random)
    }

    func colour(at place: Place) -> Colour {
        let straight = frame.onMaterial(place)
        let pull = Place(
            stretch.value(straight.x / 45, straight.y / 45), stretch.value(straight.x / 45, straight.y / 45 + 600))
        let lane = (straight + 1.1 * pull) / Self.pitch
        let column = lane.x.rounded(.down), row = lane.y.rounded(.down)
        let warp = strand(Int32(column), 0, across: lane.x - column, along: lane.y, phase: column)
        let weft = strand(Int32(row), 1, across: lane.y - row, along: lane.x, phase: row + 1)
        let fuzz = 0.03 * fuzz.value(straight.x * 1.2, straight.y * 1.2)
        // Edges are as soft as in a camera image.
        let warpOnTop = Waves.smoothStep(-0.25, 0.25, warp.height - weft.height)
        let upper = Waves.mix(shaded(Self.weft, weft, fuzz), shaded(Self.warp, warp, fuzz), warpOnTop)
        let cover = 1 - (1 - warp.cover) * (1 - weft.cover)
        return Waves.mix(Self.gap, upper, cover) * frame.brightness
    }

    private func shaded(_ dye: Colour, _ strand: Strand, _ fuzz: Float) -> Colour {
        dye * ((0.72 + 0.28 * strand.height + fuzz) * strand.tone)
    }

    /// A thread at a position.
    /// - Parameters:
    ///   - across: the position across the thread's lane, 0 to 1.
    ///   - along: the position along the thread in lanes of the crossing threads. The thread peaks in every second
    ///     lane.
    private func strand(
        _ number: Int32, _ direction: Int32, across: Float, along: Float, phase: Float
    ) -> Strand {
        let halfWidth = 0.45 + 0.035 * threads.at(number, direction)
        let offset = (across - 0.5 - 0.03 * threads.at(number, direction + 4)) / halfWidth
        let wave = Waves.sine(turns: (along + phase) / 2)
        let round = 1 - offset * offset
        let twist = Waves.sine(turns: along * 2.5 + offset * 0.5)
        return Strand(
            height: 0.7 * wave + 0.9 * round - 0.6,
            cover: Waves.smoothStep(1.12, 0.88, abs(offset)),
            tone: 1 + 0.045 * threads.at(number, direction + 2) + 0.035 * twist)
    }
}
