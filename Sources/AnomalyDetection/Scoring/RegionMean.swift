import Tensors

/// Local means of pixels in a region of interest.
enum RegionMean {
    /// Values filtered by a box, each the mean over the pixels of the box that lie inside.
    ///
    /// - Parameters:
    ///   - values: height x width.
    ///   - region: height x width values, nonzero inside; nil for all pixels. Where a box holds none, the mean is 0.
    ///   - size: the box's side in pixels, odd.
    static func boxFiltered(
        _ values: [Float], within region: [UInt8]?, height: Int, width: Int, size: Int, passes: Int
    ) -> [Float] {
        func filtered(_ values: [Float]) -> [Float] {
            MapKernels.boxFiltered(values, height: height, width: width, size: size, passes: passes)
        }
        guard let region else { return filtered(values) }
        var means = filtered(zip(values, region).map { $1 == 0 ? 0 : $0 })
        let shares = filtered(region.map { $0 == 0 ? 0 : 1 })
        // Boxes that lie inside keep their bits.
        for pixel in means.indices where shares[pixel] < 1 - 1e-5 {
            means[pixel] = shares[pixel] > 1e-6 ? means[pixel] / shares[pixel] : 0
        }
        return means
    }
}
