import SeededRandom

/// A planed board without knots: year rings cut lengthwise and gently bent, fibres, dark pores.
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
        // Wood grows pale in spring and darkens slowly to the end of the year; the next spring begins sharply.
        let lateness = Waves.smoothStep(0.1, 0.9, age) * age * age * Waves.smoothStep(1, 0.88, age)
        let fibre = 0.6 * fibres.value(spot.x / 22, grain / 0.8) + 0.5 * fibres.value(spot.x / 60, grain / 2.3 + 700)
        let board = Waves.mix(Self.early, Self.late, 0.1 + 0.9 * lateness) * (1 + 0.075 * fibre)
        return Waves.mix(board, Self.pore, 0.55 * poreCover(spot.x, grain)) * frame.brightness
    }

    /// Pores are short dashes along the grain: one in some of the cells of a grid, each row of cells shifted.
    private func poreCover(_ x: Float, _ y: Float) -> Float {
        let row = (y / 1.6).rounded(.down)
        let shifted = x / 10 + 3.7 * row
        let column = shifted.rounded(.down)
        let chance = pores.at(Int32(column), Int32(row))
        guard chance > 0.6 else { return 0 }
        // From 0 to 1: how large this pore is among the pores.
        let vigour = (chance - 0.6) / 0.4
        let along = abs(shifted - column - 0.5), across = abs(y / 1.6 - row - 0.5)
        let length = 0.15 + 0.33 * vigour
        return Waves.smoothStep(length, 0.3 * length, along) * Waves.smoothStep(0.5, 0, across) * (0.4 + 0.6 * vigour)
    }
}
