import Glibc
import Imaging

extension PlanarImage {
    /// A copy of the pixels in a box.
    func region(_ box: PixelBox) -> PlanarImage {
        cropped(x: box.x, y: box.y, width: box.width, height: box.height)
    }
}

/// A rotation and scaling about a centre, with an optional flip.
struct AffineMap {
    private let columnX: SIMD2<Float>
    private let columnY: SIMD2<Float>
    private let origin: SIMD2<Float>

    /// - Parameters:
    ///   - scale: the step in the source for one pixel of the result.
    ///   - centre: the pixel of the result that maps to `target` in the source.
    init(angle: Float, scale: Float, isFlipped: Bool, centre: SIMD2<Float>, target: SIMD2<Float>) {
        let flip: Float = isFlipped ? -1 : 1
        columnX = SIMD2(cosf(angle), sinf(angle)) * scale * flip
        columnY = SIMD2(-sinf(angle), cosf(angle)) * scale
        origin = target - columnX * centre.x - columnY * centre.y
    }

    /// The position in the source of a pixel of the result.
    @inline(__always)
    func callAsFunction(_ column: Int, _ row: Int) -> SIMD2<Float> {
        columnX * Float(column) + columnY * Float(row) + origin
    }
}

extension PlanarImage {
    /// A new RGB image with pixels interpolated bilinearly from positions in this one. The image is mirrored at its
    /// edges.
    ///
    /// - Parameter place: maps a column and a row of the new image to a position in this one, in pixels.
    @inline(__always)
    func resampled(width newWidth: Int, height newHeight: Int, at place: (Int, Int) -> SIMD2<Float>) -> PlanarImage {
        let newPlane = newWidth * newHeight, plane = width * height
        var result = [Float](repeating: 0, count: 3 * newPlane)
        let right = Float(width - 1), bottom = Float(height - 1)
        for row in 0..<newHeight {
            for column in 0..<newWidth {
                let position = place(column, row)
                let x = Self.mirrored(position.x, right), y = Self.mirrored(position.y, bottom)
                let x0 = Int(x), y0 = Int(y)
                let x1 = min(x0 + 1, width - 1), y1 = min(y0 + 1, height - 1)
                let u = x - Float(x0), v = y - Float(y0)
                for channel in 0..<3 {
                    let above = channel * plane + y0 * width, below = channel * plane + y1 * width
                    let top = values[above + x0] + (values[above + x1] - values[above + x0]) * u
                    let base = values[below + x0] + (values[below + x1] - values[below + x0]) * u
                    result[channel * newPlane + row * newWidth + column] = top + (base - top) * v
                }
            }
        }
        return PlanarImage(width: newWidth, height: newHeight, channels: 3, values: result)
    }

    /// The whole image at another size, with bilinear interpolation between pixel centres.
    func stretched(width newWidth: Int, height newHeight: Int) -> PlanarImage {
        let step = SIMD2(Float(width) / Float(newWidth), Float(height) / Float(newHeight))
        return resampled(width: newWidth, height: newHeight) { column, row in
            let position = SIMD2(Float(column) + 0.5, Float(row) + 0.5) * step - 0.5
            return SIMD2(
                min(max(position.x, 0), Float(width - 1)), min(max(position.y, 0), Float(height - 1)))
        }
    }

    /// Reflects a coordinate into 0...last.
    @inline(__always)
    private static func mirrored(_ coordinate: Float, _ last: Float) -> Float {
        if coordinate >= 0 && coordinate <= last { return coordinate }
        guard last > 0 else { return 0 }
        let folded = fmodf(abs(coordinate), 2 * last)
        return folded > last ? 2 * last - folded : folded
    }
}
