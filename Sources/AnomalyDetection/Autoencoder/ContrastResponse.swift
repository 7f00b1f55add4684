import Glibc
import Imaging
import Tensors

/// The error of normal images as a function of local contrast: busy regions have larger errors than plain ones.
///
/// Contrast is measured in the reconstruction, because a defect raises the image's own contrast and would hide itself.
public struct ContrastResponse: Sendable, Equatable {
    /// The number of bins, one per octave of contrast starting at 2^-24.
    public static let bins = 24
    /// The minimum response as a share of the mean, which keeps noise in plain regions from looking like a defect.
    private static let floorShare: Float = 0.25
    /// The weight of the prior as a share of all pixels. It pulls rare contrasts towards the mean error.
    private static let priorShare = 0.002

    /// The mean error per bin relative to the mean over all pixels, above 0.
    public let values: [Float]

    /// - Parameter values: the `values` of another response.
    /// - Returns: nil for invalid values.
    init?(values: [Float]) {
        guard values.count == ContrastResponse.bins, values.allSatisfy({ $0.isFinite && $0 > 0 }) else { return nil }
        self.values = values
    }

    /// Sums of the errors of normal images by contrast.
    public struct Samples {
        private var sums = [Double](repeating: 0, count: ContrastResponse.bins)
        private var counts = [Double](repeating: 0, count: ContrastResponse.bins)

        public init() {}

        /// - Parameters:
        ///   - errors: the errors of an image, at least 0.
        ///   - contrasts: the contrasts at the same pixels.
        public mutating func add(errors: [Float], contrasts: [Float]) {
            for (error, contrast) in zip(errors, contrasts) {
                let (bin, share) = ContrastResponse.place(of: contrast)
                sums[bin] += Double(error * (1 - share))
                counts[bin] += Double(1 - share)
                guard share > 0 else { continue }
                sums[bin + 1] += Double(error * share)
                counts[bin + 1] += Double(share)
            }
        }

        fileprivate var relative: [Float] {
            let total = counts.reduce(0, +), mean = sums.reduce(0, +) / max(total, 1)
            guard mean > 0 else { return [Float](repeating: 1, count: counts.count) }
            let prior = ContrastResponse.priorShare * total
            return zip(sums, counts).map { sum, count in
                max(Float((sum / mean + prior) / (count + prior)), ContrastResponse.floorShare)
            }
        }
    }

    public init(_ samples: Samples) { values = samples.relative }

    /// The squared gradient, summed over channels and averaged over a box. At the border of the image and of its region
    /// of interest, the pixel itself takes the place of a neighbour outside.
    ///
    /// - Parameter boxSize: the box's side in pixels, odd.
    public static func contrasts(of image: PlanarImage, boxSize: Int) -> [Float] {
        let (width, height) = (image.width, image.height)
        let region = image.regionOfInterest
        /// The neighbour, or the pixel itself if the neighbour does not count.
        func counted(_ neighbour: Int, _ pixel: Int) -> Int {
            region?[neighbour] ?? 1 == 0 ? pixel : neighbour
        }
        var squares = [Float](repeating: 0, count: width * height)
        for y in 0..<height {
            for x in 0..<width {
                let pixel = y * width + x
                if region?[pixel] ?? 1 == 0 { continue }
                let right = counted(x == width - 1 ? pixel : pixel + 1, pixel)
                let left = counted(x == 0 ? pixel : pixel - 1, pixel)
                let above = counted(y == 0 ? pixel : pixel - width, pixel)
                let below = counted(y == height - 1 ? pixel : pixel + width, pixel)
                for channel in 0..<image.channels {
                    let plane = channel * width * height
                    let across = image.values[plane + right] - image.values[plane + left]
                    let down = image.values[plane + below] - image.values[plane + above]
                    squares[pixel] += across * across + down * down
                }
            }
        }
        return RegionMean(region, height: height, width: width, size: boxSize, passes: 1).filtered(squares)
    }

    /// The factor for an error at a pixel with some contrast.
    func weight(contrast: Float) -> Float {
        let (bin, share) = ContrastResponse.place(of: contrast)
        return 1 / (share > 0 ? values[bin] * (1 - share) + values[bin + 1] * share : values[bin])
    }

    /// The bin below a contrast and the fractional position between it and the next bin.
    private static func place(of contrast: Float) -> (bin: Int, share: Float) {
        let octave = min(max(log2f(max(contrast, 0) + 1e-12) + Float(bins), 0), Float(bins - 1))
        let bin = Int(octave)
        return (bin, octave - Float(bin))
    }
}
