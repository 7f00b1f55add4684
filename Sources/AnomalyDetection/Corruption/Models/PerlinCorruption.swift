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
