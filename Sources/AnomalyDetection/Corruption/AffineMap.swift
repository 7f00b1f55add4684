import Glibc
import SeededRandom

/// A rotation with scale and an optional flip, about a centre.
struct AffineMap {
    private let columnX: SIMD2<Float>
    private let columnY: SIMD2<Float>
    private let origin: SIMD2<Float>

    /// - Parameters:
    ///   - scale: how far one pixel of the result steps in the source.
    ///   - centre: the pixel of the result that lands on `target` in the source.
    init(angle: Float, scale: Float, isFlipped: Bool, centre: SIMD2<Float>, target: SIMD2<Float>) {
        let flip: Float = isFlipped ? -1 : 1
        columnX = SIMD2(cosf(angle), sinf(angle)) * scale * flip
        columnY = SIMD2(-sinf(angle), cosf(angle)) * scale
        origin = target - columnX * centre.x - columnY * centre.y
    }

    /// The place in the source of a pixel of the result.
    @inline(__always)
    func callAsFunction(_ column: Int, _ row: Int) -> SIMD2<Float> {
        columnX * Float(column) + columnY * Float(row) + origin
    }
}
