import SeededRandom

/// A gently winding line on the surface.
struct DefectPath {
    private static let segments = 14

    private let points: [Place]
    let centre: Place
    /// From the centre to the farthest point.
    let radius: Float

    /// - Parameter winding: how much the direction changes in all, in turns.
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

    /// Distance of a place from the line, positive on its left side and negative on its right, and how far along the
    /// line, 0 to 1, the nearest point is.
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
