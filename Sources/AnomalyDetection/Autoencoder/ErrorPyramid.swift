import Imaging
import Tensors

/// The squared error of a reconstruction at several levels: of single pixels, and of averages over growing
/// neighbourhoods.
///
/// The residuals of a normal texture resemble noise and cancel in an average. The residuals of a stain or a change of
/// lighting have one sign and remain. A weak, wide defect therefore stands out at a level where single pixels do not
/// show it.
package enum ErrorPyramid {
    /// The number of box filter passes. Two passes make a tent filter, which adds no edges.
    package static let passes = 2

    /// A map of the image's size for each level: the squared, locally averaged difference, averaged over channels.
    /// Averages are those of pixels in the image's region of interest.
    ///
    /// - Parameter levels: 1 for single pixels. Each further level averages over a square about twice as wide.
    static func maps(_ image: PlanarImage, _ reconstruction: PlanarImage, levels: Int) -> [FloatMap] {
        (0..<levels).map { level in
            guard level > 0 else {
                return FloatMap(
                    width: image.width, height: image.height,
                    values: MapKernels.squaredError(image.values, reconstruction.values, channels: image.channels))
            }
            let size = side(level: level, shorterSide: min(image.width, image.height))
            let mean = RegionMean(
                image.regionOfInterest, height: image.height, width: image.width, size: size, passes: passes)
            return FloatMap(
                width: image.width, height: image.height,
                values: MapKernels.squaredError(
                    averaged(image, mean), averaged(reconstruction, mean), channels: image.channels))
        }
    }

    /// The side of a level's square: 1, 3, 7, 15, ... pixels, limited by the image.
    package static func side(level: Int, shorterSide: Int) -> Int {
        level == 0 ? 1 : min((2 << level) - 1, shorterSide - (shorterSide.isMultiple(of: 2) ? 1 : 0))
    }

    private static func averaged(_ image: PlanarImage, _ mean: RegionMean) -> [Float] {
        let plane = image.width * image.height
        return (0..<image.channels).flatMap { channel in
            mean.filtered(Array(image.values[channel * plane..<(channel + 1) * plane]))
        }
    }
}
