import Glibc

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

    /// Filters one plane of width x height values in place.
    func apply(to plane: inout [Float], width: Int, height: Int) {
        var padded = [Float](repeating: 0, count: width + 2 * radius)
        for y in 0..<height {
            let start = y * width
            for x in 0..<padded.count { padded[x] = plane[start + min(max(x - radius, 0), width - 1)] }
            for x in 0..<width { plane[start + x] = 0 }
            for (offset, tap) in taps.enumerated() {
                for x in 0..<width { plane[start + x] += tap * padded[x + offset] }
            }
        }
        let rows = plane
        for y in 0..<height {
            let start = y * width
            for x in 0..<width { plane[start + x] = 0 }
            for (offset, tap) in taps.enumerated() {
                let source = min(max(y + offset - radius, 0), height - 1) * width
                for x in 0..<width { plane[start + x] += tap * rows[source + x] }
            }
        }
    }
}
