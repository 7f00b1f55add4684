import Glibc
import Imaging
import SeededRandom

/// The `perlin` model with DRAEM's published parameters (Zavrtanik et al., "DRAEM", ICCV 2021, and its data loader).
struct PerlinCorruption {
    let textures: (any ImageSource)?

    /// - Returns: a box that contains every changed pixel.
    func corrupt(_ image: inout PlanarImage, using generator: inout SeededGenerator) -> PixelBox {
        let region = Self.region(width: image.width, height: image.height, using: &generator)
        let texture = texture(width: image.width, height: image.height, using: &generator)
        let kept = generator.uniform(0, 0.8)
        let plane = image.width * image.height
        for index in 0..<plane where region[index] {
            for position in [index, plane + index, 2 * plane + index] {
                image.values[position] = kept * image.values[position] + (1 - kept) * texture.values[position]
            }
        }
        return .whole(image)
    }

    /// The pixels at which Perlin noise of 2^0 to 2^5 cells per axis, rotated by up to 90 degrees, exceeds 0.5.
    static func region(width: Int, height: Int, using generator: inout SeededGenerator) -> [Bool] {
        let columns = 1 << generator.integer(below: 6), rows = 1 << generator.integer(below: 6)
        let noise = PerlinNoise(columns: columns, rows: rows, using: &generator)
        let angle = generator.uniform(-.pi / 2, .pi / 2)
        let cosine = cosf(angle), sine = sinf(angle)
        let middle = SIMD2(Float(width - 1), Float(height - 1)) / 2
        var region = [Bool](repeating: false, count: width * height)
        for y in 0..<height {
            for x in 0..<width {
                let offset = SIMD2(Float(x), Float(y)) - middle
                let u = (cosine * offset.x + sine * offset.y + middle.x) / Float(width)
                let v = (cosine * offset.y - sine * offset.x + middle.y) / Float(height)
                // The rotation leaves corners without noise. They are 0, as in the original.
                guard (0...1).contains(u) && (0...1).contains(v) else { continue }
                region[y * width + x] = noise.value(u, v) > 0.5
            }
        }
        return region
    }

    /// A texture at the image's size with three different augmentations.
    private func texture(width: Int, height: Int, using generator: inout SeededGenerator) -> PlanarImage {
        var texture: PlanarImage
        if let textures, textures.count > 0 {
            texture = textures.image(at: generator.integer(below: textures.count))
                .stretched(width: width, height: height)
            // The augmentations index tables by value, so NaN and values outside 0...1 must not reach them.
            for index in texture.values.indices {
                texture.values[index] = texture.values[index] > 0 ? min(texture.values[index], 1) : 0
            }
        } else {
            texture = ComputedTexture.render(width: width, height: height, using: &generator)
        }
        let order = generator.permutation(TextureAugmentation.allCases.count)
        for index in order.prefix(3) {
            TextureAugmentation.allCases[index].apply(to: &texture, using: &generator)
        }
        return texture
    }
}

/// Gradient noise (Perlin 2002) with the fade curve 6t^5 - 15t^4 + 10t^3 and unit gradients, times sqrt 2 as in DRAEM.
/// Values lie in -1...1 and are 0 at the lattice points.
struct PerlinNoise {
    private let columns: Int
    private let rows: Int
    private let gradients: [SIMD2<Float>]

    /// - Parameters:
    ///   - columns: lattice cells along a row of the image.
    ///   - rows: lattice cells along a column.
    init(columns: Int, rows: Int, using generator: inout SeededGenerator) {
        self.columns = columns
        self.rows = rows
        gradients = (0..<((columns + 1) * (rows + 1))).map { _ in
            let angle = generator.uniform(0, 2 * .pi)
            return SIMD2(cosf(angle), sinf(angle))
        }
    }

    /// The noise at a position with coordinates in 0...1.
    func value(_ u: Float, _ v: Float) -> Float {
        let x = u * Float(columns), y = v * Float(rows)
        let column = min(Int(x), columns - 1), row = min(Int(y), rows - 1)
        let s = x - Float(column), t = y - Float(row)
        func ramp(_ i: Int, _ j: Int) -> Float {
            (gradients[(row + j) * (columns + 1) + column + i] * SIMD2(s - Float(i), t - Float(j))).sum()
        }
        let fadeS = Self.fade(s), fadeT = Self.fade(t)
        let top = ramp(0, 0) + (ramp(1, 0) - ramp(0, 0)) * fadeS
        let base = ramp(0, 1) + (ramp(1, 1) - ramp(0, 1)) * fadeS
        return Float(2).squareRoot() * (top + (base - top) * fadeT)
    }

    private static func fade(_ t: Float) -> Float { t * t * t * (t * (t * 6 - 15) + 10) }
}
