import SeededRandom

/// A fibre of foreign colour with a soft shadow beneath it.
struct ThreadOverlay: DefectOverlay {
    private let path: DefectPath
    private let halfWidth: Float
    private let colour: Colour

    init(on material: DemoMaterial, from random: inout SeededGenerator) {
        path = DefectPath(length: random.uniform(20, 44), winding: 0.5, from: &random)
        halfWidth = random.uniform(0.6, 1.05)
        let colours: [Colour] =
            switch material {
            case .brushedMetal: [Colour(0.22, 0.25, 0.36), Colour(0.55, 0.20, 0.18), Colour(0.88, 0.86, 0.80)]
            case .wood: [Colour(0.90, 0.89, 0.85), Colour(0.20, 0.22, 0.30), Colour(0.28, 0.42, 0.55)]
            case .wovenCloth: [Colour(0.86, 0.84, 0.76), Colour(0.64, 0.24, 0.20), Colour(0.12, 0.12, 0.14)]
            }
        colour = colours[random.integer(below: colours.count)]
    }

    var centre: Place { path.centre }
    var reach: Float { path.radius + 4 }

    func colour(at place: Place, on texture: any Texture, strength: Float) -> Colour {
        let (distance, progress) = path.offset(of: place)
        let shade = abs(path.offset(of: place - Place(1.1, 1.3)).signedDistance)
        let shadow = 0.22 * Waves.smoothStep(halfWidth + 0.9, halfWidth - 0.5, shade)
        let cover = Waves.smoothStep(halfWidth + 0.45, halfWidth - 0.45, abs(distance))
        let round = 1 - 0.25 * min(1, abs(distance) / halfWidth)
        let ply = 1 + 0.08 * Waves.sine(turns: progress * 14 + distance * 0.4)
        let surface = texture.colour(at: place) * (1 - shadow)
        return Waves.mix(surface, colour * (round * ply), min(1, 0.92 * strength) * cover)
    }
}
