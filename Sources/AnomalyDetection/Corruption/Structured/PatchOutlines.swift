import Glibc
import SeededRandom

/// A closed curve around the origin.
protocol Outline {
    /// The signed distance of a point from the curve in pixels, positive inside.
    func depth(at point: SIMD2<Float>) -> Float
}

/// A rotated ellipse.
struct EllipseOutline: Outline {
    private let inverseRadii: SIMD2<Float>
    private let cosine: Float
    private let sine: Float

    /// - Parameters:
    ///   - diameter: the longer axis in pixels.
    ///   - aspect: the shorter axis divided by the longer one.
    init(diameter: Float, aspect: Float, angle: Float) {
        inverseRadii = SIMD2(2 / diameter, 2 / (diameter * aspect))
        cosine = cosf(angle)
        sine = sinf(angle)
    }

    /// A first-order estimate: the value of the implicit function divided by the length of its gradient.
    func depth(at point: SIMD2<Float>) -> Float {
        let rotated = SIMD2(cosine * point.x + sine * point.y, cosine * point.y - sine * point.x)
        let scaled = rotated * inverseRadii
        let radius = (scaled * scaled).sum().squareRoot()
        let slope = scaled * inverseRadii
        let gradient = (slope * slope).sum().squareRoot()
        guard gradient > 1e-6 else { return 1 / max(inverseRadii.x, inverseRadii.y) }
        return (1 - radius) * radius / gradient
    }
}

/// A random polygon that is star-shaped about the origin.
struct PolygonOutline: Outline {
    private let corners: [SIMD2<Float>]

    /// Draws three to nine corners at uneven angles less than 180 degrees apart, which puts the origin inside. Half of
    /// the polygons have corners near a circle and are almost convex, the others are jagged. All are squeezed along a
    /// random axis.
    ///
    /// - Parameter diameter: the largest distance between two corners, in pixels.
    init(diameter: Float, using generator: inout SeededGenerator) {
        let count = generator.integer(in: 3...9)
        let innermost: Float = generator.chance(0.5) ? 0.8 : 0.3
        let squeeze = generator.uniform(0.4, 1), turn = generator.uniform(0, 2 * .pi)
        var drawn: [SIMD2<Float>] = []
        for corner in 0..<count {
            let angle = 2 * Float.pi * (Float(corner) + generator.uniform(-0.24, 0.24)) / Float(count)
            let radius = generator.uniform(innermost, 1)
            let point = SIMD2(cosf(angle), sinf(angle) * squeeze) * radius
            drawn.append(
                SIMD2(cosf(turn) * point.x - sinf(turn) * point.y, sinf(turn) * point.x + cosf(turn) * point.y))
        }
        var widest: Float = 0
        for first in drawn {
            for second in drawn { widest = max(widest, ((first - second) * (first - second)).sum()) }
        }
        let scale = diameter / widest.squareRoot()
        corners = drawn.map { $0 * scale }
    }

    /// The largest distance of a corner from the origin.
    var reach: Float { corners.reduce(0) { max($0, ($1 * $1).sum()) }.squareRoot() }

    func depth(at point: SIMD2<Float>) -> Float {
        var isInside = false
        var nearest = Float.greatestFiniteMagnitude
        var start = corners[corners.count - 1]
        for end in corners {
            let edge = end - start, offset = point - start
            let along = min(max((offset * edge).sum() / (edge * edge).sum(), 0), 1)
            let gap = offset - edge * along
            nearest = min(nearest, (gap * gap).sum())
            if (start.y > point.y) != (end.y > point.y),
                point.x < start.x + (point.y - start.y) / edge.y * edge.x
            {
                isInside.toggle()
            }
            start = end
        }
        return isInside ? nearest.squareRoot() : -nearest.squareRoot()
    }
}
