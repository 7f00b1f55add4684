import Glibc
import Imaging

/// The place of an object on a plain background: the direction of its longest extent and the middle of its box.
///
/// The direction is the principal axis of the object's pixels; of its two senses, the one in which the object tapers
/// (positive third moment). A defect that changes the outline little changes the pose little.
public struct ObjectPose: Codable, Equatable, Sendable {
    /// The direction in radians, clockwise from the image's rows: -pi...pi. 0 for an object that is not elongated.
    public var angle: Float
    /// The middle of the object's box along its axes, in shares of the image's shorter side, from the upper left
    /// corner.
    public var x, y: Float
    /// The size of that box along the direction and across it, in shares of the image's shorter side.
    public var length, breadth: Float
    /// The object's standard deviation along its axis over that across it, at least 1.
    public var elongation: Float

    /// The shorter side of the image in which the object is looked for.
    private static let seenSide: Float = 256
    /// Below this elongation, an object has no direction.
    private static let leastElongation: Float = 1.2
    /// The share of the object's pixels beyond either end of its box: reflections and dust do not move it.
    private static let ignoredShare: Float = 0.001

    /// - Parameter image: an RGB image.
    /// - Returns: nil if no object stands out from a plain background.
    public init?(of image: PlanarImage) {
        let small = Self.reduced(image)
        guard let contrast = ForegroundEstimator().contrast(of: small) else { return nil }
        let side = Float(min(small.width, small.height))
        let seen = contrast.indices.filter { contrast[$0] > 0 }
        // Half of the usual contrast, so that shadows neither turn nor move anything.
        let usual = seen.reduce(0.0) { $0 + Double(contrast[$1]) } / Double(max(1, seen.count))
        let places = seen.filter { contrast[$0] >= Float(usual) / 2 }.map { index in
            SIMD2(Float(index % small.width) + 0.5, Float(index / small.width) + 0.5) / side
        }
        guard places.count > 1 else { return nil }
        self.init(places)
    }

    /// The image in which the object is looked for.
    public static func reduced(_ image: PlanarImage) -> PlanarImage {
        let reduction = min(1, seenSide / Float(min(image.width, image.height)))
        return image.resized(
            width: max(1, Int((Float(image.width) * reduction).rounded())),
            height: max(1, Int((Float(image.height) * reduction).rounded())))
    }

    /// - Parameter places: the object's pixels, at least two.
    private init(_ places: [SIMD2<Float>]) {
        func mean(_ value: (SIMD2<Float>) -> SIMD3<Float>) -> SIMD3<Float> {
            let sum = places.reduce(SIMD3<Double>.zero) { $0 + SIMD3<Double>(value($1)) }
            return SIMD3<Float>(sum / Double(places.count))
        }
        let centre = mean { SIMD3($0, 0) }
        func offset(_ place: SIMD2<Float>) -> SIMD2<Float> { place - SIMD2(centre.x, centre.y) }
        let moments = mean { place in
            let offset = offset(place)
            return SIMD3(offset.x * offset.x, offset.y * offset.y, offset.x * offset.y)
        }
        let sum = (moments.x + moments.y) / 2, difference = (moments.x - moments.y) / 2
        let root = (difference * difference + moments.z * moments.z).squareRoot()
        elongation = ((sum + root) / max(sum - root, 1e-9)).squareRoot()
        angle = elongation < Self.leastElongation ? 0 : atan2f(moments.z, difference) / 2
        (x, y, length, breadth) = (0, 0, 0, 0)
        if elongation >= Self.leastElongation {
            let along = axes.along
            let skew = mean { place in
                let distance = (offset(place) * along).sum()
                return SIMD3(distance * distance * distance, 0, 0)
            }
            if skew.x < 0 { angle += angle > 0 ? -.pi : .pi }
        }
        let (along, across) = axes
        let extents = [along, across].map { axis in Self.extent(places.map { ($0 * axis).sum() }) }
        let middle = along * extents[0].middle + across * extents[1].middle
        (x, y) = (middle.x, middle.y)
        (length, breadth) = (extents[0].length, extents[1].length)
    }

    /// An object of unknown place: the middle of the image, upright.
    init(unknownIn image: (width: Int, height: Int)) {
        let side = Float(min(image.width, image.height))
        (angle, elongation) = (0, 1)
        (x, y) = (Float(image.width) / side / 2, Float(image.height) / side / 2)
        (length, breadth) = (2 * x, 2 * y)
    }

    /// The unit vectors along the object and across it.
    var axes: (along: SIMD2<Float>, across: SIMD2<Float>) {
        (SIMD2(cosf(angle), sinf(angle)), SIMD2(-sinf(angle), cosf(angle)))
    }

    private static func extent(_ values: [Float]) -> (middle: Float, length: Float) {
        let sorted = values.sorted()
        let skipped = Int(ignoredShare * Float(sorted.count))
        let low = sorted[skipped], high = sorted[sorted.count - 1 - skipped]
        return ((low + high) / 2, high - low)
    }
}

extension ObjectPose {
    /// The length of the mean of the directions as unit vectors, with angles doubled so that both senses of an axis
    /// count as one: 1 for parallel objects, about 0 for any directions.
    public static func concentration(_ poses: [ObjectPose]) -> Float {
        let sum = poses.reduce(SIMD2<Float>.zero) { $0 + SIMD2(cosf(2 * $1.angle), sinf(2 * $1.angle)) }
        return (sum * sum).sum().squareRoot() / Float(max(1, poses.count))
    }
}
