import Tensors

/// A box filter whose means are those of the pixels in a region of interest.
struct RegionMean {
    private let region: [UInt8]?
    private let height, width, size, passes: Int
    /// The share of each pixel's box that lies inside; empty without a region.
    private let shares: [Float]

    /// - Parameters:
    ///   - region: height x width values, nonzero inside; nil for all pixels.
    ///   - size: the box's side in pixels, odd.
    init(_ region: [UInt8]?, height: Int, width: Int, size: Int, passes: Int) {
        (self.region, self.height, self.width, self.size, self.passes) = (region, height, width, size, passes)
        shares =
            region.map {
                MapKernels.boxFiltered(
                    $0.map { $0 == 0 ? 0 : 1 }, height: height, width: width, size: size, passes: passes)
            } ?? []
    }

    /// Filtered values; 0 where a box holds no pixel inside.
    ///
    /// - Parameter values: height x width.
    func filtered(_ values: [Float]) -> [Float] {
        let known = region.map { zip(values, $0).map { $1 == 0 ? 0 : $0 } } ?? values
        var means = MapKernels.boxFiltered(known, height: height, width: width, size: size, passes: passes)
        // Boxes that lie inside keep their bits.
        for pixel in shares.indices where shares[pixel] < 1 - 1e-5 {
            means[pixel] = shares[pixel] > 1e-6 ? means[pixel] / shares[pixel] : 0
        }
        return means
    }
}
