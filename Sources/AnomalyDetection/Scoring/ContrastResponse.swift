import Glibc
import Imaging
import Tensors

/// How large errors of normal images are for what the network shows at a place: where it is busy they are larger than where
/// it is plain.
///
/// The contrast is that of the reconstruction, not of the image: a defect raises that of the image, and would excuse itself.
public struct ContrastResponse: Sendable, Equatable {
    /// One for each octave of contrast from 2^-24 on.
    public static let bins = 24
    /// Responses below this share of the mean are raised to it: a dull place must not make a defect of a grain of noise.
    private static let floorShare: Float = 0.25
    /// The share of all pixels that a bin is given in addition, with the mean error: rare contrasts tell little.
    private static let priorShare = 0.002

    /// Relative to the mean over all pixels, above 0.
    public let values: [Float]

    /// - Parameter values: as `values` of another response; nil where they cannot be one.
    init?(values: [Float]) {
        guard values.count == ContrastResponse.bins, values.allSatisfy({ $0.isFinite && $0 > 0 }) else { return nil }
        self.values = values
    }

    /// Errors and contrasts of normal images, added up.
    public struct Samples {
        private var sums = [Double](repeating: 0, count: ContrastResponse.bins)
        private var counts = [Double](repeating: 0, count: ContrastResponse.bins)

        public init() {}

        /// - Parameters:
        ///   - errors: of an image, above or at 0.
        ///   - contrasts: at the same pixels.
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

    /// The mean over channels of the squared gradient, averaged over a box.
    ///
    /// - Parameter boxSize: odd, in pixels.
    public static func contrasts(of image: PlanarImage, boxSize: Int) -> [Float] {
        let (width, height) = (image.width, image.height)
        var squares = [Float](repeating: 0, count: width * height)
        for channel in 0..<image.channels {
            let plane = channel * width * height
            for y in 0..<height {
                let row = plane + y * width
                let above = y == 0 ? row : row - width, below = y == height - 1 ? row : row + width
                for x in 0..<width {
                    let across = image.values[row + min(x + 1, width - 1)] - image.values[row + max(x - 1, 0)]
                    let down = image.values[below + x] - image.values[above + x]
                    squares[y * width + x] += across * across + down * down
                }
            }
        }
        return MapKernels.boxFiltered(squares, height: height, width: width, size: boxSize, passes: 1)
    }

    /// What an error at a place of some contrast is to be multiplied by.
    func weight(contrast: Float) -> Float {
        let (bin, share) = ContrastResponse.place(of: contrast)
        return 1 / (share > 0 ? values[bin] * (1 - share) + values[bin + 1] * share : values[bin])
    }

    /// The bin below a contrast, and how far it is on the way to the next one.
    private static func place(of contrast: Float) -> (bin: Int, share: Float) {
        let octave = min(max(log2f(max(contrast, 0) + 1e-12) + Float(bins), 0), Float(bins - 1))
        let bin = Int(octave)
        return (bin, octave - Float(bin))
    }
}
