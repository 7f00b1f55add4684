import SeededRandom

/// Steel brushed from left to right: long fine streaks, a soft reflection across them, a faint grain.
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
        // Brushing spreads a highlight across the strokes, so it is a band that changes along them.
        let reflection = Waves.cosine(turns: (place.x + 0.15 * place.y - 64) / 210 + reflectionPhase)
        let tone = 0.575 + 0.075 * reflection + 0.06 * streak + 0.012 * grain.value(spot.x * 1.3, spot.y * 1.3)
        return tint * (tone * frame.brightness)
    }
}
