import Imaging
import Tensors

/// The squared error of a reconstruction, of single pixels and of averages over growing neighbourhoods.
///
/// What a network leaves of a normal texture is like noise and cancels in an average; what it takes from a stain or from a
/// change of light has one sign and stays. So a weak and wide defect stands out at a level where single pixels show
/// nothing of it.
enum ErrorPyramid {
    /// How often a neighbourhood is averaged: twice makes a tent, whose answer has no edges of its own.
    private static let passes = 2

    /// A map for each level, of the size of the image: mean over channels of the squared, locally averaged difference.
    ///
    /// - Parameter levels: 1 for single pixels alone; each further one averages over a square twice as wide.
    static func maps(_ image: PlanarImage, _ reconstruction: PlanarImage, levels: Int) -> [FloatMap] {
        (0..<levels).map { level in
            let size = side(level: level, shorterSide: min(image.width, image.height))
            let values =
                level == 0
                ? MapKernels.squaredError(image.values, reconstruction.values, channels: image.channels)
                : MapKernels.squaredError(
                    averaged(image, size), averaged(reconstruction, size), channels: image.channels)
            return FloatMap(width: image.width, height: image.height, values: values)
        }
    }

    /// 1, 3, 7, 15, ... pixels, never more than the image has.
    static func side(level: Int, shorterSide: Int) -> Int {
        level == 0 ? 1 : min((2 << level) - 1, shorterSide - (shorterSide.isMultiple(of: 2) ? 1 : 0))
    }

    private static func averaged(_ image: PlanarImage, _ size: Int) -> [Float] {
        let plane = image.width * image.height
        return (0..<image.channels).flatMap { channel in
            MapKernels.boxFiltered(
                Array(image.values[channel * plane..<(channel + 1) * plane]), height: image.height,
                width: image.width, size: size, passes: passes)
        }
    }
}
