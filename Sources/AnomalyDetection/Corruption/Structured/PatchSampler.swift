import Imaging
import SeededRandom

/// The shape and opacity of a patch, without its content.
struct Patch {
    let shape: ShapeWeights.Shape
    /// The outline's largest diameter before deformation, in pixels. A stroke is one to three diameters long.
    let diameter: Float
    /// The factor a in (1 - aS)x + aSy.
    let opacity: Float
    let mask: SoftMask

    var box: PixelBox { mask.box }
}

/// Draws the positions and outlines of patches.
struct PatchSampler {
    let parameters: StructuredParameters

    /// Draws a patch with a non-empty box.
    ///
    /// - Parameter foreground: height x width values. Patches are centred on a non-zero pixel.
    func draw(in image: PlanarImage, on foreground: [UInt8]?, using generator: inout SeededGenerator) -> Patch {
        let shorterSide = Float(min(image.width, image.height))
        let shape = parameters.shapes.draw(using: &generator)
        let size = generator.logUniform(parameters.size.lowerBound, parameters.size.upperBound)
        // A patch of less than two pixels can fall between the pixels.
        let diameter = max(2, size * shorterSide)
        let centre = Self.drawCentre(in: image, on: foreground, using: &generator)
        let unit = generator.uniform()
        // Squared because most real borders are sharp.
        let blend = unit * unit
        let softness =
            (parameters.softness.lowerBound
                + (parameters.softness.upperBound - parameters.softness.lowerBound) * blend) * shorterSide
        let opacity = generator.uniform(parameters.opacity.lowerBound, parameters.opacity.upperBound)

        var mask: SoftMask
        var sigma = min(softness, diameter / 6)
        switch shape {
        case .ellipse:
            let outline = EllipseOutline(
                diameter: diameter, aspect: generator.logUniform(0.35, 1), angle: generator.uniform(0, .pi))
            mask = render(
                outline, reach: diameter / 2, diameter: diameter, centre: centre, sigma: sigma, in: image,
                using: &generator)
        case .polygon:
            let outline = PolygonOutline(diameter: diameter, using: &generator)
            mask = render(
                outline, reach: outline.reach, diameter: diameter, centre: centre, sigma: sigma, in: image,
                using: &generator)
        case .stroke:
            let length = max(4, min(diameter * generator.uniform(1, 3), 1.2 * shorterSide))
            let width = min(generator.logUniform(1, max(1.5, 0.03 * shorterSide)), length / 4)
            sigma = min(sigma, width / 2)
            let path = StrokePath(
                length: length, width: width, elasticity: parameters.elasticity, using: &generator)
            mask = path.rendered(
                centre: centre, box: .around(centre, reach: path.reach + 3 * sigma, in: image))
        }
        if sigma > 0.2 { mask.soften(sigma: sigma) }
        if let foreground { mask.restrict(to: foreground, imageWidth: image.width) }
        return Patch(shape: shape, diameter: diameter, opacity: opacity, mask: mask)
    }

    private func render(
        _ outline: some Outline, reach: Float, diameter: Float, centre: SIMD2<Float>, sigma: Float,
        in image: PlanarImage, using generator: inout SeededGenerator
    ) -> SoftMask {
        let push = parameters.elasticity * diameter / 2
        let extent = reach + Self.largestPush * push + 3 * sigma + 1
        let box = PixelBox.around(centre, reach: SIMD2(extent, extent), in: image)
        guard push > 0.1 else { return SoftMask(outline, centre: centre, box: box, displacement: nil) }
        let cells = generator.integer(in: 3...7)
        let across = SmoothField(columns: cells, rows: cells, using: &generator)
        let down = SmoothField(columns: cells, rows: cells, using: &generator)
        return SoftMask(
            outline, centre: centre, box: box,
            displacement: (
                Self.bounded(across.rendered(width: box.width, height: box.height), push),
                Self.bounded(down.rendered(width: box.width, height: box.height), push)
            ))
    }

    /// The maximum displacement in standard deviations. It keeps the outline inside its box, which would cut it
    /// straight.
    private static let largestPush: Float = 2.5

    private static func bounded(_ field: [Float], _ push: Float) -> [Float] {
        field.map { min(max($0, -largestPush), largestPush) * push }
    }

    private static func drawCentre(
        in image: PlanarImage, on foreground: [UInt8]?, using generator: inout SeededGenerator
    ) -> SIMD2<Float> {
        guard let foreground else {
            return SIMD2(Float(generator.integer(below: image.width)), Float(generator.integer(below: image.height)))
        }
        var remaining = generator.integer(below: foreground.reduce(0) { $0 + ($1 == 0 ? 0 : 1) })
        var chosen = 0
        for index in foreground.indices where foreground[index] != 0 {
            chosen = index
            if remaining == 0 { break }
            remaining -= 1
        }
        return SIMD2(Float(chosen % image.width), Float(chosen / image.width))
    }
}
