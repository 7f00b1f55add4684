import SeededRandom

/// Shows the dark behind the surface. A burr catches the light on the far side of the rim.
struct HoleOverlay: DefectOverlay {
    private let blob: DefectBlob
    private let behind: Colour
    private let burr: Float

    init(on material: DemoMaterial, from random: inout SeededGenerator) {
        blob = DefectBlob(radius: random.uniform(2, 5.5), roughness: 0.25, from: &random)
        switch material {
        case .brushedMetal: (behind, burr) = (Colour(0.14, 0.14, 0.15), 0.22)
        case .wood: (behind, burr) = (Colour(0.17, 0.10, 0.06), 0.12)
        case .wovenCloth: (behind, burr) = (Colour(0.09, 0.09, 0.11), 0.16)
        }
    }

    var centre: Place { blob.centre }
    var reach: Float { blob.reach + 1 }

    func colour(at place: Place, on texture: any Texture, strength: Float) -> Colour {
        let depth = blob.depth(of: place)
        let away = place - centre
        let facing = (away.x + away.y) / max(away.length, 0.1) * 0.7
        let rim = Waves.smoothStep(-1.8, -0.6, depth) * Waves.smoothStep(0.6, -0.4, depth)
        let lit = texture.colour(at: place) + burr * strength * facing * rim
        // A little light falls in from the upper left.
        let inside = behind * (1 + 0.5 * Waves.smoothStep(0, 1, facing))
        return Waves.mix(lit, inside, Waves.smoothStep(-0.6, 0.7, depth))
    }
}
