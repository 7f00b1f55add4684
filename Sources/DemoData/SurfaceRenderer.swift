/// Renders surfaces as square 8-bit images.
struct SurfaceRenderer {
    /// The minimum mean contrast of a defect in grey levels. Weaker defects are amplified.
    private static let minimumContrast: Float = 15
    private static let unitsAcross: Float = 128

    let size: Int

    /// A surface without a defect: height x width x 3 bytes.
    func render(_ texture: some Texture) -> [UInt8] {
        var rgb: [UInt8] = []
        rgb.reserveCapacity(size * size * 3)
        for y in 0..<size {
            for x in 0..<size { append(texture.colour(at: place(x, y)), to: &rgb) }
        }
        return rgb
    }

    /// The image with a defect and the exact mask of the changed pixels. Changes of one grey level are reverted,
    /// because they are invisible and would fray the mask.
    func render(_ overlay: any DefectOverlay, on texture: any Texture, clean: [UInt8]) -> DemoImage {
        var strength: Float = 1
        while true {
            let image = render(overlay, on: texture, clean: clean, strength: strength)
            if contrast(image, clean) >= Self.minimumContrast || strength > 8 { return image }
            strength *= 1.2
        }
    }

    private func render(
        _ overlay: any DefectOverlay, on texture: any Texture, clean: [UInt8], strength: Float
    ) -> DemoImage {
        var rgb = clean
        var mask = [UInt8](repeating: 0, count: size * size)
        for y in 0..<size {
            for x in 0..<size where (place(x, y) - overlay.centre).length <= overlay.reach {
                var pixel: [UInt8] = []
                append(overlay.colour(at: place(x, y), on: texture, strength: strength), to: &pixel)
                let start = (y * size + x) * 3
                guard (0..<3).contains(where: { abs(Int(pixel[$0]) - Int(clean[start + $0])) > 1 }) else { continue }
                rgb.replaceSubrange(start..<start + 3, with: pixel)
                mask[y * size + x] = 1
            }
        }
        return DemoImage(width: size, height: size, rgb: rgb, mask: mask)
    }

    /// The mean change in grey levels over the mask and the three channels.
    private func contrast(_ image: DemoImage, _ clean: [UInt8]) -> Float {
        let changed = max(1, image.mask?.count(where: { $0 == 1 }) ?? 0)
        let sum = zip(image.rgb, clean).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        return Float(sum) / Float(3 * changed)
    }

    private func place(_ x: Int, _ y: Int) -> Place {
        (Place(Float(x), Float(y)) + 0.5) * (Self.unitsAcross / Float(size))
    }

    private func append(_ colour: Colour, to rgb: inout [UInt8]) {
        let levels = (colour * 255).clamped(lowerBound: Colour(), upperBound: Colour(repeating: 255))
        for channel in 0..<3 { rgb.append(UInt8(levels[channel].rounded(.toNearestOrEven))) }
    }
}
