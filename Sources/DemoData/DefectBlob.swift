import SeededRandom

/// An irregular round outline.
struct DefectBlob {
    let centre: Place
    let radius: Float
    private let roughness: Float
    private let outline: LatticeNoise
    private let axis: Place
    private let elongation: Float

    /// - Parameter roughness: how far the outline strays from the ellipse, as a share of the radius.
    init(radius: Float, roughness: Float, from random: inout SeededGenerator) {
        self.radius = radius
        self.roughness = roughness
        centre = DefectPlacement.centre(reach: radius * 2, from: &random)
        outline = LatticeNoise(from: &random)
        let turns = random.uniform()
        axis = Place(Waves.cosine(turns: turns), Waves.sine(turns: turns))
        elongation = random.uniform(1, 1.35)
    }

    /// Nothing of the blob is farther from the centre.
    var reach: Float { radius * elongation * (1 + roughness) + 2 }

    /// Units inside the outline (positive) or outside it (negative), nearly.
    func depth(of place: Place) -> Float {
        let away = place - centre
        let along = (away * axis).sum() / elongation
        let across = away.x * axis.y - away.y * axis.x
        let bulge = outline.value(along * 1.7 / radius + 0.4, across * 1.7 / radius + 0.7)
        return radius * (1 + roughness * bulge) - Place(along, across).length
    }
}
