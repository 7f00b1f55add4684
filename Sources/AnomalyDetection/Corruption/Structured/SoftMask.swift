import Imaging

/// The mask S in (1 - aS)x + aSy over a box of the image: 0 outside the patch, 1 inside, between the two on its border.
struct SoftMask {
    let box: PixelBox
    /// box.height x box.width values, 0...1.
    var values: [Float]

    /// Draws an outline with a border of one pixel from its signed distance.
    ///
    /// - Parameters:
    ///   - centre: the outline's origin in the image, in pixels.
    ///   - displacement: the displacement of the outline at every pixel of the box; nil for none.
    init(
        _ outline: some Outline, centre: SIMD2<Float>, box: PixelBox, displacement: (x: [Float], y: [Float])?
    ) {
        self.box = box
        values = [Float](repeating: 0, count: box.area)
        for row in 0..<box.height {
            let y = Float(box.y + row) - centre.y
            for column in 0..<box.width {
                let index = row * box.width + column
                var point = SIMD2(Float(box.x + column) - centre.x, y)
                if let displacement { point += SIMD2(displacement.x[index], displacement.y[index]) }
                values[index] = min(max(outline.depth(at: point) + 0.5, 0), 1)
            }
        }
    }

    init(box: PixelBox, values: [Float]) {
        self.box = box
        self.values = values
    }

    mutating func soften(sigma: Float) {
        GaussianBlur(sigma: sigma).apply(to: &values, width: box.width, height: box.height)
    }

    /// Clears the pixels outside the foreground, a mask of an image with the given width.
    mutating func restrict(to foreground: [UInt8], imageWidth: Int) {
        for row in 0..<box.height {
            for column in 0..<box.width where foreground[(box.y + row) * imageWidth + box.x + column] == 0 {
                values[row * box.width + column] = 0
            }
        }
    }
}
