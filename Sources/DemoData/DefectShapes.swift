import SeededRandom

/// Random positions that keep a defect inside the image.
enum DefectPlacement {
    static func centre(reach: Float, from random: inout SeededGenerator) -> Place {
        Place(random.uniform(reach, 128 - reach), random.uniform(reach, 128 - reach))
    }
}

/// An irregular, roughly round outline.
struct DefectBlob {
    let centre: Place
    let radius: Float
    private let roughness: Float
    private let outline: LatticeNoise
    private let axis: Place
    private let elongation: Float

    /// - Parameter roughness: the deviation of the outline from an ellipse, as a share of the radius.
    init(radius: Float, roughness: Float, from random: inout SeededGenerator) {
        self.radius = radius
        self.roughness = roughness
        centre = DefectPlacement.centre(reach: radius * 2, from: &random)
        outline = LatticeNoise(from: &random)
        let turns = random.uniform()
        axis = Place(Waves.cosine(turns: turns), Waves.sine(turns: turns))
        elongation = random.uniform(1, 1.35)
    }

    /// The maximum distance of the outline from the centre.
    var reach: Float { radius * elongation * (1 + roughness) + 2 }

    /// The approximate signed distance from the outline in units, positive inside.
    func depth(of place: Place) -> Float {
        let away = place - centre
        let along = (away * axis).sum() / elongation
        let across = away.x * axis.y - away.y * axis.x
        let bulge = outline.value(along * 1.7 / radius + 0.4, across * 1.7 / radius + 0.7)
        return radius * (1 + roughness * bulge) - Place(along, across).length
    }
}

/// A gently winding line.
struct DefectPath {
    private static let segments = 14

    private let points: [Place]
    let centre: Place
    /// The maximum distance of a point from the centre.
    let radius: Float

    /// - Parameter winding: the maximum change of direction in turns.
    init(length: Float, winding: Float, from random: inout SeededGenerator) {
        var heading = random.uniform()
        let bend = random.uniform(-winding, winding), swing = random.uniform(-winding, winding)
        var point = Place()
        var points = [point]
        for segment in 0..<Self.segments {
            let progress = Float(segment) / Float(Self.segments)
            heading += (bend + swing * Waves.cosine(turns: progress) * 2) / Float(Self.segments)
            point += Place(Waves.cosine(turns: heading), Waves.sine(turns: heading)) * (length / Float(Self.segments))
            points.append(point)
        }
        let low = points.reduce(points[0]) { pointwiseMin($0, $1) }
        let high = points.reduce(points[0]) { pointwiseMax($0, $1) }
        let radius = (high - low).length / 2
        let centre = DefectPlacement.centre(reach: radius + 3, from: &random)
        self.points = points.map { $0 - (low + high) / 2 + centre }
        self.centre = centre
        self.radius = radius
    }

    /// The signed distance of a position from the line, positive on the left side, and the position of the nearest
    /// point along the line, 0 to 1.
    func offset(of place: Place) -> (signedDistance: Float, progress: Float) {
        var best = (signedDistance: Float.infinity, progress: Float(0))
        for index in 0..<Self.segments {
            let start = points[index], along = points[index + 1] - start, toPlace = place - start
            let share = min(max((toPlace * along).sum() / (along * along).sum(), 0), 1)
            let distance = (toPlace - along * share).length
            guard distance < abs(best.signedDistance) else { continue }
            let isLeft = along.x * toPlace.y - along.y * toPlace.x >= 0
            best = (isLeft ? distance : -distance, (Float(index) + share) / Float(Self.segments))
        }
        return best
    }
}
