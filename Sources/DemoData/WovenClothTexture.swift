import SeededRandom

/// Plain weave: every thread goes over one crossing thread and under the next. Each thread has its own thickness and
/// tone, and the whole is stretched a little unevenly.
struct WovenClothTexture: Texture {
    private static let pitch: Float = 8
    private static let warp = Colour(0.33, 0.42, 0.58)
    private static let weft = Colour(0.56, 0.61, 0.68)
    private static let gap = Colour(0.13, 0.15, 0.20)

    private struct Strand {
        /// About -1 to 1; the higher of two crossing threads is seen.
        let height: Float
        /// 1 on the thread, 0 beside it.
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
        // The edges are as soft as a camera makes them.
        let warpOnTop = Waves.smoothStep(-0.25, 0.25, warp.height - weft.height)
        let upper = Waves.mix(shaded(Self.weft, weft, fuzz), shaded(Self.warp, warp, fuzz), warpOnTop)
        let cover = 1 - (1 - warp.cover) * (1 - weft.cover)
        return Waves.mix(Self.gap, upper, cover) * frame.brightness
    }

    private func shaded(_ dye: Colour, _ strand: Strand, _ fuzz: Float) -> Colour {
        dye * ((0.72 + 0.28 * strand.height + fuzz) * strand.tone)
    }

    /// A thread at a place.
    /// - Parameters:
    ///   - across: 0 to 1 over the thread's lane.
    ///   - along: in lanes of the crossing threads; the thread is highest in the middle of every second one.
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
