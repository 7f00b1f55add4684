import Imaging

/// Segments objects on a plain background by their colour distance from the image's border.
///
/// The whole image counts as foreground if the border is not plain, if almost nothing or almost everything differs from
/// it, or if what differs has many parts, or lies on three or four sides of the border, and is as dense on the border
/// as inside: those are marks on a surface. An object that is cut off lies on one or two sides.
public struct ForegroundEstimator: Sendable {
    /// The share of the image that an object can cover.
    private static let objectShare: ClosedRange<Float> = 0.02...0.95
    /// The highest density of an object on the border, as a part of that in the image. Objects have up to 0.3, grains,
    /// holes, veins and dots of a surface 0.6 to 3.
    private static let borderDensity: Float = 0.75

    /// From this number of parts on, they are marks.
    private static let manyParts = 8

    public init() {}

    /// The mask of the object: height x width values, 1 on the object and 0 on the background.
    ///
    /// - Parameter margin: the distance in pixels around the object that belongs to it.
    public func foreground(of image: PlanarImage, margin: Int = 0) -> [UInt8] {
        guard var mask = Self.object(in: image)?.mask else {
            return [UInt8](repeating: 1, count: image.width * image.height)
        }
        if margin > 0 { mask.dilate(radius: margin) }
        return mask.values
    }

    /// The mask of the object with the distance of each of its pixels from the background colour: height x width
    /// values, 0 on the background.
    ///
    /// - Returns: nil if the whole image counts as foreground.
    func contrast(of image: PlanarImage) -> [Float]? {
        guard let (mask, background) = Self.object(in: image) else { return nil }
        return mask.values.indices.map { mask.values[$0] == 0 ? 0 : background.distance(image, $0) }
    }

    /// The median brightness of the image's border and of the object, 0 to 1.
    ///
    /// - Returns: nil if the whole image counts as foreground.
    public func brightness(of image: PlanarImage) -> (border: Float, object: Float)? {
        guard let (mask, _) = Self.object(in: image) else { return nil }
        func median(_ places: [Int]) -> Float {
            PlainBackground.median(places.map { image.colour(at: $0).sum() / 3 })
        }
        return (
            median(PlainBackground.border(width: image.width, height: image.height)),
            median(mask.values.indices.filter { mask.values[$0] != 0 })
        )
    }

    /// The object and its background. Light from one side makes a background plain only after its slope is removed.
    private static func object(in image: PlanarImage) -> (mask: BinaryMask, background: PlainBackground)? {
        for shape in PlainBackground.Shape.allCases {
            guard let background = PlainBackground(of: image, shape) else { continue }
            if let mask = object(in: image, background) { return (mask, background) }
        }
        return nil
    }

    private static func object(in image: PlanarImage, _ background: PlainBackground) -> BinaryMask? {
        let side = min(image.width, image.height)
        var mask = BinaryMask(width: image.width, height: image.height, values: background.differing(in: image))
        mask.open(radius: max(1, side / 128))
        mask.close(radius: max(1, side / 64))
        mask.fillHoles()
        let parts = mask.removeComponents(smallerThan: 0.05)
        let share = Float(mask.area) / Float(mask.values.count)
        guard objectShare.contains(share) else { return nil }
        return isStrewn(mask, parts: parts, share: share) ? nil : mask
    }

    /// True for marks on a surface.
    ///
    /// - Parameters:
    ///   - parts: the number of connected parts of the mask.
    ///   - share: the share of the image that it covers.
    private static func isStrewn(_ mask: BinaryMask, parts: Int, share: Float) -> Bool {
        let (width, height) = (mask.width, mask.height)
        let sides = [
            (0..<width).map { $0 }, (0..<width).map { (height - 1) * width + $0 }, (0..<height).map { $0 * width },
            (0..<height).map { $0 * width + width - 1 },
        ]
        guard parts >= manyParts || sides.count(where: { $0.contains { mask.values[$0] != 0 } }) >= 3 else {
            return false
        }
        let border = PlainBackground.border(width: width, height: height)
        return Float(border.count { mask.values[$0] != 0 }) > borderDensity * share * Float(border.count)
    }
}
