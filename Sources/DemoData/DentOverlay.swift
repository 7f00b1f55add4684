import SeededRandom

/// Shades a bowl-shaped hollow lit from one side, and bends the texture in it.
struct DentOverlay: DefectOverlay {
    let centre: Place
    private let radius: Float
    private let light: Place
    private let shading: Float

    init(on material: DemoMaterial, from random: inout SeededGenerator) {
        // The busier the material, the deeper a dent has to be to show.
        let depth: Float =
            switch material {
            case .brushedMetal: 0.65
            case .wood: 1
            case .wovenCloth: 1.55
            }
        radius = random.uniform(6, 11)
        centre = DefectPlacement.centre(reach: radius + 2, from: &random)
        let turns = random.uniform(-0.08, 0.08) - 0.125
        light = Place(Waves.cosine(turns: turns), Waves.sine(turns: turns))
        shading = random.uniform(0.25, 0.42) * depth
    }

    var reach: Float { radius }

    func colour(at place: Place, on texture: any Texture, strength: Float) -> Colour {
        let away = (place - centre) / radius
        let distance = away.length
        guard distance < 1 else { return texture.colour(at: place) }
        // The bowl (1 - r^2)^2 slopes most at r = 0.58; scaled so that the steepest slope is 1.
        let slope = 2.6 * distance * (1 - distance * distance)
        let facing = (away * light).sum() / max(distance, 0.01)
        let bowl = (1 - distance * distance) * (1 - distance * distance)
        let bent = texture.colour(at: place - away * (radius * 0.25 * bowl))
        return bent * (1 - shading * strength * slope * facing - 0.06 * bowl)
    }
}
