import Imaging

/// Segments objects on a plain background by their colour distance from the image's border.
///
/// The background colour is the border's median, its spread the median absolute deviation. Both are robust while the
/// object covers less than half of the border. The whole image counts as foreground if the border is not plain, or if
/// almost nothing or almost everything differs from it.
public struct ForegroundEstimator: Sendable {
    /// The maximum distance of a background pixel from the background colour, in robust standard deviations.
    private static let deviations: Float = 5
    /// The minimum tolerance, for backgrounds with almost no variation.
    private static let minimumTolerance: Float = 0.06
    /// The maximum spread of a plain border.
    private static let maximumSpread: Float = 0.08
    /// The minimum share of a plain border within the tolerance.
    private static let plainShare: Float = 0.75
    /// The share of the image that an object can cover.
    private static let objectShare: ClosedRange<Float> = 0.02...0.95

    public init() {}

    /// The mask of the object: height x width values, 1 on the object and 0 on the background.
    ///
    /// - Parameter margin: the distance in pixels around the object that belongs to it.
    public func foreground(of image: PlanarImage, margin: Int = 0) -> [UInt8] {
        let everything = [UInt8](repeating: 1, count: image.width * image.height)
        guard let background = Background(of: image), var mask = Self.object(in: image, background) else {
            return everything
        }
        if margin > 0 { mask.dilate(radius: margin) }
        return mask.values
    }

    /// What differs from the background, cleaned; nil if that is almost nothing or almost everything.
    private static func object(in image: PlanarImage, _ background: Background) -> BinaryMask? {
        let side = min(image.width, image.height)
        var mask = BinaryMask(width: image.width, height: image.height, values: background.differing(in: image))
        mask.open(radius: max(1, side / 128))
        mask.close(radius: max(1, side / 64))
        mask.fillHoles()
        mask.removeComponents(smallerThan: 0.05)
        let share = Float(mask.area) / Float(mask.values.count)
        return objectShare.contains(share) ? mask : nil
    }

    /// The mask of the object with the distance of each of its pixels from the background colour: height x width
    /// values, 0 on the background.
    ///
    /// - Returns: nil if the whole image counts as foreground.
    func contrast(of image: PlanarImage) -> [Float]? {
        guard let background = Background(of: image), let mask = Self.object(in: image, background) else { return nil }
        return mask.values.indices.map { mask.values[$0] == 0 ? 0 : background.distance(image, $0) }
    }

    private struct Background {
        var colour = SIMD3<Float>.zero
        var tolerance = SIMD3<Float>.zero

        /// - Returns: nil if the border is not plain.
        init?(of image: PlanarImage) {
            let ring = Self.ring(of: image), plane = image.width * image.height
            for channel in 0..<3 {
                let values = ring.map { image.values[channel * plane + $0] }.sorted()
                let median = values[values.count / 2]
                let deviations = values.map { abs($0 - median) }.sorted()
                // For a normal distribution the standard deviation is 1.4826 median absolute deviations.
                let spread = 1.4826 * deviations[deviations.count / 2]
                guard spread <= maximumSpread else { return nil }
                colour[channel] = median
                tolerance[channel] = max(minimumTolerance, ForegroundEstimator.deviations * spread)
            }
            let plain = ring.count { !differs(image, $0) }
            guard Float(plain) >= plainShare * Float(ring.count) else { return nil }
        }

        func differing(in image: PlanarImage) -> [UInt8] {
            (0..<(image.width * image.height)).map { differs(image, $0) ? 1 : 0 }
        }

        /// The largest difference of a channel from the background colour.
        func distance(_ image: PlanarImage, _ index: Int) -> Float {
            let difference = image.colour(at: index) - colour
            return max(difference.max(), -difference.min())
        }

        private func differs(_ image: PlanarImage, _ index: Int) -> Bool {
            let distance = image.colour(at: index) - colour
            return any(distance .> tolerance) || any(distance .< -tolerance)
        }

        /// The pixels of a frame whose width is 1/64 of the shorter side.
        private static func ring(of image: PlanarImage) -> [Int] {
            let thickness = max(1, min(image.width, image.height) / 64)
            return (0..<image.height).flatMap { y in
                let isInside = y >= thickness && y < image.height - thickness
                let columns =
                    isInside
                    ? Array(0..<thickness) + Array((image.width - thickness)..<image.width) : Array(0..<image.width)
                return columns.map { y * image.width + $0 }
            }
        }
    }
}
