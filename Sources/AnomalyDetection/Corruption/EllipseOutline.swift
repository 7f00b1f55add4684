import Glibc

/// An ellipse of any rotation.
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

    /// To first order: the implicit function's value divided by the length of its gradient.
    func depth(at point: SIMD2<Float>) -> Float {
        let turned = SIMD2(cosine * point.x + sine * point.y, cosine * point.y - sine * point.x)
        let scaled = turned * inverseRadii
        let radius = (scaled * scaled).sum().squareRoot()
        let slope = scaled * inverseRadii
        let gradient = (slope * slope).sum().squareRoot()
        guard gradient > 1e-6 else { return 1 / max(inverseRadii.x, inverseRadii.y) }
        return (1 - radius) * radius / gradient
    }
}
