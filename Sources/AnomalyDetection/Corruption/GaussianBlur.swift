import Glibc
import Tensors

/// A separable Gaussian, cut off at three standard deviations, normalised to 1; edges are repeated.
struct GaussianBlur {
    private let taps: [Float]

    /// How far the filter reaches, in pixels.
    var radius: Int { taps.count / 2 }

    /// - Parameter sigma: standard deviation in pixels, above 0.
    init(sigma: Float) {
        let radius = max(1, Int((3 * sigma).rounded(.up)))
        let raw = (-radius...radius).map { expf(-Float($0 * $0) / (2 * sigma * sigma)) }
        let total = raw.reduce(0, +)
        taps = raw.map { $0 / total }
    }

    /// Filters one plane of width x height values in place: all of an array, or what begins at `start` in it.
    func apply(to values: inout [Float], from start: Int = 0, width: Int, height: Int) {
        MapKernels.filterSeparably(&values, from: start, height: height, width: width, taps: taps)
    }
}
