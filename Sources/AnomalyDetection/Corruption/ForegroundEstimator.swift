import Imaging

/// Finds objects on a plain background by their distance from the colours along the image's border.
///
/// The border's colour is its median, its spread the median absolute deviation: both hold while less than half of the
/// border belongs to the object. Where the border is not plain, or where hardly anything or nearly everything differs
/// from it, the whole image counts as foreground.
public struct ForegroundEstimator: ForegroundProvider {
    /// The distance from the border's colour that a background pixel may have, in robust standard deviations.
    private static let deviations: Float = 5
    /// Backgrounds that vary less than this are still given this tolerance.
    private static let leastTolerance: Float = 0.06
    /// A border with a larger spread is not plain.
    private static let largestSpread: Float = 0.08
    /// The share of the border that must have the border's colour.
    private static let plainShare: Float = 0.75
    /// The shares of the image that an object can take.
    private static let objectShare: ClosedRange<Float> = 0.02...0.95

    public init() {}

    public func foreground(of image: PlanarImage) -> [UInt8] {
        let everything = [UInt8](repeating: 1, count: image.width * image.height)
        guard let background = Background(of: image) else { return everything }
        let side = min(image.width, image.height)
        var mask = BinaryMask(width: image.width, height: image.height, values: background.differing(in: image))
        mask.open(radius: max(1, side / 128))
        mask.close(radius: max(1, side / 64))
        mask.fillHoles()
        mask.removeComponents(smallerThan: 0.05)
        let share = Float(mask.area) / Float(everything.count)
        return Self.objectShare.contains(share) ? mask.values : everything
    }

    private struct Background {
        var colour = SIMD3<Float>.zero
        var tolerance = SIMD3<Float>.zero

        /// Nil where the border is not plain.
        init?(of image: PlanarImage) {
            let ring = Self.ring(of: image), plane = image.width * image.height
            for channel in 0..<3 {
                let values = ring.map { image.values[channel * plane + $0] }.sorted()
                let median = values[values.count / 2]
                let deviations = values.map { abs($0 - median) }.sorted()
                // For a normal distribution the standard deviation is 1.4826 median absolute deviations.
                let spread = 1.4826 * deviations[deviations.count / 2]
                guard spread <= largestSpread else { return nil }
                colour[channel] = median
                tolerance[channel] = max(leastTolerance, ForegroundEstimator.deviations * spread)
            }
            let plain = ring.count { !differs(image, $0) }
            guard Float(plain) >= plainShare * Float(ring.count) else { return nil }
        }

        func differing(in image: PlanarImage) -> [UInt8] {
            (0..<(image.width * image.height)).map { differs(image, $0) ? 1 : 0 }
        }

        private func differs(_ image: PlanarImage, _ index: Int) -> Bool {
            let plane = image.width * image.height
            let distance =
                SIMD3(image.values[index], image.values[plane + index], image.values[2 * plane + index]) - colour
            return any(distance .> tolerance) || any(distance .< -tolerance)
        }

        /// The pixels of a frame that is a 64th of the shorter side wide.
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
