import Glibc
import SeededRandom

/// A scratch, hair or crack: a thin path of varying width with tapered ends.
struct StrokePath {
    /// The points in pixels, centred on the origin.
    private let points: [SIMD2<Float>]
    private let halfWidths: [Float]

    private static let segments = 28

    /// - Parameters:
    ///   - length: along the path, in pixels.
    ///   - width: the mean width in pixels.
    ///   - elasticity: the deviation from a plain curve, as a share of half the length.
    init(length: Float, width: Float, elasticity: Float, using generator: inout SeededGenerator) {
        let plain =
            generator.chance(0.5)
            ? Self.curve(length, using: &generator) : Self.walk(length, using: &generator)
        let straying = (
            SmoothField(columns: 3, rows: 3, using: &generator), SmoothField(columns: 3, rows: 3, using: &generator)
        )
        let reach = elasticity * length / 8
        let drawn = plain.map { point in
            let u = 0.5 + point.x / (2 * length), v = 0.5 + point.y / (2 * length)
            return point + SIMD2(straying.0.value(u, v), straying.1.value(u, v)) * reach
        }
        let low = drawn.reduce(drawn[0]) { pointwiseMin($0, $1) }
        let high = drawn.reduce(drawn[0]) { pointwiseMax($0, $1) }
        points = drawn.map { $0 - (low + high) / 2 }

        let thickness = SmoothField(columns: 6, rows: 1, using: &generator)
        let unevenness = generator.uniform(0, 0.5), runOut = generator.uniform(0.05, 0.5)
        halfWidths = (0...Self.segments).map { step in
            let t = Float(step) / Float(Self.segments)
            let taper = min(1, min(t, 1 - t) / runOut + 0.1)
            return 0.5 * width * taper * max(0.2, 1 + unevenness * thickness.value(t, 0.5))
        }
    }

    /// The maximum distance of the path from the origin along each axis.
    var reach: SIMD2<Float> {
        let widest = halfWidths.reduce(0, max)
        return points.reduce(SIMD2<Float>.zero) { pointwiseMax($0, SIMD2(abs($1.x), abs($1.y))) } + (widest + 1)
    }

    /// Draws the path segment by segment, at the cost of the pixels near it.
    func rendered(centre: SIMD2<Float>, box: PixelBox) -> SoftMask {
        var mask = SoftMask(box: box, values: [Float](repeating: 0, count: box.area))
        for index in 0..<(points.count - 1) {
            let start = points[index] + centre, edge = points[index + 1] - points[index]
            let margin = max(halfWidths[index], halfWidths[index + 1], 0.5) + 1
            let low = pointwiseMin(start, start + edge) - margin, high = pointwiseMax(start, start + edge) + margin
            let left = max(box.x, Int(low.x.rounded(.down))), right = min(box.x + box.width, Int(high.x) + 1)
            let top = max(box.y, Int(low.y.rounded(.down))), bottom = min(box.y + box.height, Int(high.y) + 1)
            guard left < right && top < bottom else { continue }
            for y in top..<bottom {
                for x in left..<right {
                    let offset = SIMD2(Float(x), Float(y)) - start
                    let along = min(max((offset * edge).sum() / max((edge * edge).sum(), 1e-12), 0), 1)
                    let gap = offset - edge * along
                    let halfWidth = halfWidths[index] + (halfWidths[index + 1] - halfWidths[index]) * along
                    // A stroke thinner than a pixel covers only part of the pixels that it crosses.
                    let cover = min(max(max(halfWidth, 0.5) - (gap * gap).sum().squareRoot() + 0.5, 0), 1)
                    let position = (y - box.y) * box.width + x - box.x
                    mask.values[position] = max(mask.values[position], cover * min(1, 2 * halfWidth))
                }
            }
        }
        return mask
    }

    /// A cubic Bézier curve along a random direction.
    private static func curve(_ length: Float, using generator: inout SeededGenerator) -> [SIMD2<Float>] {
        let angle = generator.uniform(0, 2 * .pi)
        let forward = SIMD2(cosf(angle), sinf(angle)) * length, sideways = SIMD2(-forward.y, forward.x)
        let bend = generator.uniform(0, 0.5)
        let first = forward * 0.33 + sideways * generator.uniform(-bend, bend)
        let second = forward * 0.67 + sideways * generator.uniform(-bend, bend)
        return (0...segments).map { step in
            let t = Float(step) / Float(segments), s = 1 - t
            return first * (3 * s * s * t) + second * (3 * s * t * t) + forward * (t * t * t) - forward * 0.5
        }
    }

    /// A random walk with a persistent direction.
    private static func walk(_ length: Float, using generator: inout SeededGenerator) -> [SIMD2<Float>] {
        let restlessness = generator.uniform(0.05, 0.5)
        var heading = generator.uniform(0, 2 * .pi), turning: Float = 0
        var point = SIMD2<Float>.zero
        var path = [point]
        for _ in 0..<segments {
            turning = 0.7 * turning + restlessness * generator.normal() * 0.5
            heading += turning
            point += SIMD2(cosf(heading), sinf(heading)) * (length / Float(segments))
            path.append(point)
        }
        return path.map { $0 - point * 0.5 }
    }
}
