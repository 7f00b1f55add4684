import Imaging
import SeededRandom

/// Fills patches: the y of (1 - aS)x + aSy.
struct PatchContents {
    let weights: ContentWeights
    let normals: any ImageSource
    let textures: (any ImageSource)?

    /// What a patch shows, over its box. Values may leave 0...1; blending clamps them.
    func draw(for patch: Patch, in image: PlanarImage, using generator: inout SeededGenerator) -> PlanarImage {
        switch weights.draw(using: &generator) {
        case .texture: texture(for: patch, in: image, using: &generator)
        case .cutPaste: cutPaste(for: patch, in: image, using: &generator)
        case .warp: WarpContent.render(for: patch, in: image, using: &generator)
        case .stain: StainContent.render(for: patch, in: image, using: &generator)
        case .noise: NoiseContent.render(for: patch, in: image, using: &generator)
        case .blur: blur(for: patch, in: image, using: &generator)
        case .shift: shift(for: patch, in: image, using: &generator)
        case .background: BackgroundContent.render(for: patch, in: image, using: &generator)
        }
    }

    /// A texture with random scale, rotation and colours.
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
                centre: SIMD2(Float(box.width), Float(box.height)) / 2, target: place(in: source, using: &generator))
            content = source.resampled(width: box.width, height: box.height) { map($0, $1) }
            ColourJitter.draw(strength: 0.3, using: &generator).apply(to: &content)
        } else {
            content = FormulaTexture.render(width: box.width, height: box.height, using: &generator)
        }
        if generator.chance(0.35) {
            ColourJitter.assimilate(
                &content, to: image.region(box), strength: generator.uniform(0.3, 1),
                contrast: generator.uniform(0.3, 1))
        }
        return content
    }

    /// Another region of this or of another normal image, at times turned, flipped or with other colours.
    private func cutPaste(
        for patch: Patch, in image: PlanarImage, using generator: inout SeededGenerator
    ) -> PlanarImage {
        let box = patch.box
        let isForeign = normals.count > 0 && generator.chance(0.5)
        let source = isForeign ? normals.image(at: generator.integer(below: normals.count)) : image
        let quarterTurns = Float(generator.integer(below: 4)) * .pi / 2
        let map = AffineMap(
            angle: generator.chance(0.5) ? quarterTurns : generator.uniform(0, 2 * .pi),
            scale: generator.logUniform(0.7, 1.4), isFlipped: generator.chance(0.5),
            centre: SIMD2(Float(box.width), Float(box.height)) / 2, target: place(in: source, using: &generator))
        var content = source.resampled(width: box.width, height: box.height) { map($0, $1) }
        if generator.chance(0.5) { ColourJitter.draw(strength: 0.15, using: &generator).apply(to: &content) }
        if generator.chance(0.25) {
            ColourJitter.assimilate(
                &content, to: image.region(box), strength: generator.uniform(0.3, 1), contrast: 1)
        }
        return content
    }

    /// The region out of focus.
    private func blur(
        for patch: Patch, in image: PlanarImage, using generator: inout SeededGenerator
    ) -> PlanarImage {
        let shorterSide = Float(min(image.width, image.height))
        let filter = GaussianBlur(sigma: generator.logUniform(0.8, max(1.6, 0.03 * shorterSide)))
        let box = patch.box, outer = box.expanded(by: filter.radius, in: image)
        let inner = PixelBox(x: box.x - outer.x, y: box.y - outer.y, width: box.width, height: box.height)
        let region = image.region(outer)
        var blurred: [Float] = []
        for channel in 0..<3 {
            var plane = Array(region.values[(channel * outer.area)..<((channel + 1) * outer.area)])
            filter.apply(to: &plane, width: outer.width, height: outer.height)
            blurred += plane
        }
        return PlanarImage(width: outer.width, height: outer.height, channels: 3, values: blurred).region(inner)
    }

    /// The region brighter or darker, with more or less contrast, or with a cast.
    private func shift(
        for patch: Patch, in image: PlanarImage, using generator: inout SeededGenerator
    ) -> PlanarImage {
        var content = image.region(patch.box)
        let sign: Float = generator.chance(0.5) ? 1 : -1
        let brightness = sign * generator.logUniform(0.08, 0.5), cast = generator.uniform(0, 0.15)
        let contrast = generator.logUniform(0.5, 2)
        ColourJitter.assimilate(&content, to: content, strength: 0, contrast: contrast)
        let offset = SIMD3(
            generator.uniform(-cast, cast), generator.uniform(-cast, cast), generator.uniform(-cast, cast))
        ColourJitter(offset: offset + brightness, saturation: generator.uniform(0, 1.5)).apply(to: &content)
        return content
    }

    private func place(in source: PlanarImage, using generator: inout SeededGenerator) -> SIMD2<Float> {
        SIMD2(generator.uniform(0, Float(source.width)), generator.uniform(0, Float(source.height)))
    }
}
