import SeededRandom

/// A groove that runs out at both ends: one flank bright, the other dark.
struct ScratchOverlay: DefectOverlay {
    private let path: DefectPath
    private let halfWidth: Float
    private let bright: Float
    private let dark: Float

    init(on material: DemoMaterial, from random: inout SeededGenerator) {
        path = DefectPath(length: random.uniform(14, 38), winding: 0.06, from: &random)
        halfWidth = random.uniform(0.65, 1.1)
        let contrast = random.uniform(0.45, 1)
        switch material {
        case .brushedMetal: (bright, dark) = (0.28 * contrast, 0.20 * contrast)
        case .wood: (bright, dark) = (0.24 * contrast, 0.28 * contrast)
        case .wovenCloth: (bright, dark) = (0.36 * contrast, 0.10 * contrast)
        }
    }

    var centre: Place { path.centre }
    var reach: Float { path.radius + 3 }

    func colour(at place: Place, on texture: any Texture, strength: Float) -> Colour {
        let base = texture.colour(at: place)
        let (distance, progress) = path.offset(of: place)
        let taper = Waves.smoothStep(0, 0.15, progress) * Waves.smoothStep(1, 0.85, progress)
        let width = halfWidth * (0.5 + 0.5 * taper)
        let core = Waves.smoothStep(width + 0.5, width - 0.3, abs(distance - 0.3))
        let flank = Waves.smoothStep(width + 0.6, width - 0.2, abs(distance + 0.9)) * (1 - core)
        return base + (bright * core - dark * flank) * (strength * (0.45 + 0.55 * taper))
    }
}
