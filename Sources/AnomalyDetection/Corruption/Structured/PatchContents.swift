import Imaging
import SeededRandom

/// Draws the contents of patches: the y in (1 - aS)x + aSy.
struct PatchContents {
    let weights: ContentWeights
    let normals: any ImageSource
    let textures: (any ImageSource)?

    /// The content over a patch's box. Values can lie outside 0...1; blending clamps them.
    func draw(for patch: Patch, in image: PlanarImage, using generator: inout SeededGenerator) -> PlanarImage {
        switch weights.draw(using: &generator) {
        case .texture: texture(for: patch, in: image, using: &generator)
        case .cutPaste: cutPaste(for: patch, in: image, using: &generator)
        case .warp: warp(for: patch, in: image, using: &generator)
        case .stain: StainContent.render(for: patch, in: image, using: &generator)
        case .noise: noise(for: patch, in: image, using: &generator)
        case .blur: blur(for: patch, in: image, using: &generator)
        case .shift: shift(for: patch, in: image, using: &generator)
        case .background: BackgroundContent.render(for: patch, in: image, using: &generator)
        }
    }

    /// A texture with a random scale, rotation and colour jitter.
    private func texture(
        for patch: Patch, in image: PlanarImage, using generator: inout SeededGenerator
    ) -> PlanarImage {
        let box = patch.box
        var content: PlanarImage
        if let textures, textures.count > 0 {
            let source = textures.image(at: generator.integer(below: textures.count))
            let map = AffineMap(
                angle: generator.uniform(0, 2 * .pi), scale: generator.logUniform(0.5, 1.6),
                isFlipped: generator.chance(0.5),
                centre: SIMD2(Float(box.width), Float(box.height)) / 2, target: position(in: source, using: &generator))
            content = source.resampled(width: box.width, height: box.height) { map($0, $1) }
            ColourJitter.draw(strength: 0.3, using: &generator).apply(to: &content)
        } else {
            content = ComputedTexture.render(width: box.width, height: box.height, using: &generator)
        }
        if generator.chance(0.35) {
            ColourJitter.assimilate(
                &content, to: image.material(box), strength: generator.uniform(0.3, 1),
                contrast: generator.uniform(0.3, 1))
        }
        return content
    }

    /// Another region of this or another normal image, sometimes rotated, flipped or with changed colours.
    private func cutPaste(
        for patch: Patch, in image: PlanarImage, using generator: inout SeededGenerator
    ) -> PlanarImage {
        let box = patch.box
        let isForeign = normals.count > 0 && generator.chance(0.5)
        let drawn = isForeign ? normals.image(at: generator.integer(below: normals.count)) : image
        let source = drawn.hasMaterial ? drawn : image
        let quarterTurns = Float(generator.integer(below: 4)) * .pi / 2
        let map = AffineMap(
            angle: generator.chance(0.5) ? quarterTurns : generator.uniform(0, 2 * .pi),
            scale: generator.logUniform(0.7, 1.4), isFlipped: generator.chance(0.5),
            centre: SIMD2(Float(box.width), Float(box.height)) / 2, target: position(in: source, using: &generator))
        var content = source.resampled(width: box.width, height: box.height) { map($0, $1) }
        if generator.chance(0.5) { ColourJitter.draw(strength: 0.15, using: &generator).apply(to: &content) }
        if generator.chance(0.25) {
            ColourJitter.assimilate(
                &content, to: image.material(box), strength: generator.uniform(0.3, 1), contrast: 1)
        }
        return content
    }

    /// The region out of focus.
    private func blur(
        for patch: Patch, in image: PlanarImage, using generator: inout SeededGenerator
    ) -> PlanarImage {
        let shorterSide = Float(min(image.width, image.height))
        let sigma = generator.logUniform(0.8, max(1.6, 0.03 * shorterSide))
        let box = patch.box, outer = box.expanded(by: GaussianBlur(sigma: sigma).radius, in: image)
        return image.material(outer).blurred(sigma: sigma).region(box.relative(to: outer))
    }

    /// The region with changed brightness and contrast and a colour cast.
    private func shift(
        for patch: Patch, in image: PlanarImage, using generator: inout SeededGenerator
    ) -> PlanarImage {
        var content = image.material(patch.box)
        let sign: Float = generator.chance(0.5) ? 1 : -1
        let brightness = sign * generator.logUniform(0.08, 0.5), cast = generator.uniform(0, 0.15)
        let contrast = generator.logUniform(0.5, 2)
        ColourJitter.assimilate(&content, to: content, strength: 0, contrast: contrast)
        let offset = SIMD3(
            generator.uniform(-cast, cast), generator.uniform(-cast, cast), generator.uniform(-cast, cast))
        ColourJitter(offset: offset + brightness, saturation: generator.uniform(0, 1.5)).apply(to: &content)
        return content
    }

    /// A random position in pixels, in the source's region of interest.
    private func position(in source: PlanarImage, using generator: inout SeededGenerator) -> SIMD2<Float> {
        source.pixelInside(using: &generator)
            ?? SIMD2(generator.uniform(0, Float(source.width)), generator.uniform(0, Float(source.height)))
    }
}

extension PatchContents {
    /// The region strongly warped: bent bristles, pulled threads, dents. A smooth random field moves every pixel by
    /// 10 to 35 % of the patch's diameter, and by at least 1.5 pixels, on average.
    private func warp(
        for patch: Patch, in image: PlanarImage, using generator: inout SeededGenerator
    ) -> PlanarImage {
        let box = patch.box
        let amplitude = max(1.5, generator.uniform(0.1, 0.35) * patch.diameter)
        let cells = generator.integer(in: 1...5)
        let across = SmoothField(columns: cells, rows: cells, using: &generator)
            .rendered(width: box.width, height: box.height)
        let down = SmoothField(columns: cells, rows: cells, using: &generator)
            .rendered(width: box.width, height: box.height)
        return image.resampled(width: box.width, height: box.height) { column, row in
            let index = row * box.width + column
            return SIMD2(
                Float(box.x + column) + amplitude * across[index], Float(box.y + row) + amplitude * down[index])
        }
    }

    /// The region with noise: white, or blotches of up to a quarter of the patch's diameter; grey or coloured.
    private func noise(
        for patch: Patch, in image: PlanarImage, using generator: inout SeededGenerator
    ) -> PlanarImage {
        let box = patch.box
        var content = image.material(box)
        let amplitude = generator.logUniform(0.06, 0.5)
        let cell = generator.logUniform(0.7, max(2, patch.diameter / 4))
        let tint: Float = generator.chance(0.5) ? generator.uniform(0.2, 1) : 0
        let common = noise(over: box, cell: cell, using: &generator)
        for channel in 0..<3 {
            let own = tint > 0 ? noise(over: box, cell: cell, using: &generator) : common
            for index in 0..<box.area {
                content.values[channel * box.area + index] +=
                    amplitude * (common[index] + tint * (own[index] - common[index]))
            }
        }
        return content
    }

    private func noise(
        over box: PixelBox, cell: Float, using generator: inout SeededGenerator
    ) -> [Float] {
        guard cell > 1 else { return (0..<box.area).map { _ in generator.normal() } }
        return SmoothField(
            columns: Int(Float(box.width) / cell), rows: Int(Float(box.height) / cell), using: &generator
        ).rendered(width: box.width, height: box.height)
    }
}
