import SeededRandom

/// Lets the texture show through, tinted; a darker rim where the liquid dried.
struct StainOverlay: DefectOverlay {
    private let blob: DefectBlob
    private let tint: Colour
    private let density: Float

    init(on material: DemoMaterial, from random: inout SeededGenerator) {
        blob = DefectBlob(radius: random.uniform(5, 13), roughness: 0.3, from: &random)
        tint =
            switch material {
            case .brushedMetal: Colour(0.84, 0.77, 0.62)
            case .wood: Colour(0.62, 0.60, 0.66)
            case .wovenCloth: Colour(0.78, 0.62, 0.45)
            }
        density = random.uniform(0.4, 0.95)
    }

    var centre: Place { blob.centre }
    var reach: Float { blob.reach }

    func colour(at place: Place, on texture: any Texture, strength: Float) -> Colour {
        let depth = blob.depth(of: place)
        let rim = Waves.smoothStep(-0.4, 0.8, depth) * Waves.smoothStep(3, 1, depth)
        let cover = Waves.smoothStep(-0.4, 0.8, depth) * (0.8 + 0.35 * rim) * density * strength
        let base = texture.colour(at: place)
        return Waves.mix(base, base * tint, min(cover, 1.6))
    }
}
