import Glibc
import Imaging

extension PlanarImage {
    /// A new image whose pixels are taken, by bilinear interpolation, from places in this one. Beyond its edges the
    /// image goes on as its mirror picture.
    ///
    /// - Parameter place: from a pixel's column and row in the new image to a position in this one, in pixels.
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

    /// The whole image at another size, pixel centres mapped linearly.
    func stretched(width newWidth: Int, height newHeight: Int) -> PlanarImage {
        let step = SIMD2(Float(width) / Float(newWidth), Float(height) / Float(newHeight))
        return resampled(width: newWidth, height: newHeight) { column, row in
            let position = SIMD2(Float(column) + 0.5, Float(row) + 0.5) * step - 0.5
            return SIMD2(
                min(max(position.x, 0), Float(width - 1)), min(max(position.y, 0), Float(height - 1)))
        }
    }

    /// Folds a coordinate back into 0...last.
    @inline(__always)
    private static func mirrored(_ coordinate: Float, _ last: Float) -> Float {
        if coordinate >= 0 && coordinate <= last { return coordinate }
        guard last > 0 else { return 0 }
        let folded = fmodf(abs(coordinate), 2 * last)
        return folded > last ? 2 * last - folded : folded
    }
}
