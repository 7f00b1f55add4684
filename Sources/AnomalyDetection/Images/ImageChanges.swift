import Glibc
import Imaging
import Tensors

/// Changes of whole images that a camera, its lighting or its position can cause.
extension PlanarImage {
    /// The image with each column and row taken from the given ones of this image.
    private func rearranged(columns: [Int], rows: [Int]) -> PlanarImage {
        var result = self
        for channel in 0..<channels {
            for (y, row) in rows.enumerated() {
                let from = (channel * height + row) * width, to = (channel * height + y) * width
                for (x, column) in columns.enumerated() { result.values[to + x] = values[from + column] }
            }
        }
        return result.restricted(
            to: regionOfInterest.map { region in
                rows.flatMap { row in columns.map { region[row * width + $0] } }
            })
    }

    package func flipped(horizontally: Bool, vertically: Bool) -> PlanarImage {
        rearranged(
            columns: horizontally ? (0..<width).reversed() : Array(0..<width),
            rows: vertically ? (0..<height).reversed() : Array(0..<height))
    }

    /// The image rotated counter-clockwise by 90 degrees. It must be square.
    func rotatedByQuarter() -> PlanarImage {
        var result = self
        for channel in 0..<channels {
            let plane = channel * width * height
            for y in 0..<height {
                for x in 0..<width { result.values[plane + y * width + x] = values[plane + x * width + width - 1 - y] }
            }
        }
        return result.restricted(
            to: regionOfInterest.map { region in
                (0..<height).flatMap { y in (0..<width).map { x in region[x * width + width - 1 - y] } }
            })
    }

    /// The image moved right and down, mirrored at the border.
    func shifted(x shiftX: Int, y shiftY: Int) -> PlanarImage {
        func mirrored(_ index: Int, _ size: Int) -> Int {
            let period = 2 * size
            let wrapped = ((index % period) + period) % period
            return wrapped < size ? wrapped : period - 1 - wrapped
        }
        return rearranged(
            columns: (0..<width).map { mirrored($0 - shiftX, width) },
            rows: (0..<height).map { mirrored($0 - shiftY, height) })
    }

    /// The image with a factor per channel, as for a change of exposure or white balance, clamped to 0...1.
    func scaled(_ factors: [Float]) -> PlanarImage {
        var result = self
        let plane = width * height
        for channel in 0..<3 {
            for index in channel * plane..<(channel + 1) * plane {
                result.values[index] = min(max(values[index] * factors[channel], 0), 1)
            }
        }
        return result
    }

    /// The image with its deviations from the mean of the region of interest scaled by a factor, clamped to 0...1.
    func contrast(_ factor: Float) -> PlanarImage {
        let known = values.inside(regionOfInterest.map { region in (0..<channels).flatMap { _ in region } })
        let mean = Float(known.reduce(0.0) { $0 + Double($1) } / Double(max(known.count, 1)))
        var result = self
        for index in values.indices { result.values[index] = min(max(mean + factor * (values[index] - mean), 0), 1) }
        return result
    }

    /// The image filtered by a Gaussian. With a region of interest, a pixel inside is the weighted mean of pixels
    /// inside, and those outside stay as they are.
    ///
    /// - Parameter sigma: the standard deviation of the Gaussian in pixels, above 0.
    func blurred(sigma: Float) -> PlanarImage {
        let filter = GaussianBlur(sigma: sigma)
        let plane = width * height
        var result = self
        if let regionOfInterest {
            for index in result.values.indices where regionOfInterest[index % plane] == 0 { result.values[index] = 0 }
        }
        for channel in 0..<channels {
            filter.apply(to: &result.values, from: channel * plane, width: width, height: height)
        }
        guard let regionOfInterest else { return result }
        var shares = regionOfInterest.map { $0 == 0 ? Float(0) : 1 }
        filter.apply(to: &shares, width: width, height: height)
        for index in result.values.indices {
            result.values[index] =
                regionOfInterest[index % plane] == 0 ? values[index] : result.values[index] / shares[index % plane]
        }
        return result
    }

    /// A linear mix with another image, clamped to 0...1.
    ///
    /// - Parameter share: the share of the other image. Negative values extrapolate away from it.
    func blended(with other: PlanarImage, share: Float) -> PlanarImage {
        var result = self
        for index in values.indices {
            result.values[index] = min(max(values[index] + share * (other.values[index] - values[index]), 0), 1)
        }
        return result
    }
}

/// A separable Gaussian filter, truncated at three standard deviations and normalised. Edge pixels are repeated.
struct GaussianBlur {
    private let taps: [Float]

    /// The filter's radius in pixels.
    var radius: Int { taps.count / 2 }

    /// - Parameter sigma: the standard deviation in pixels, above 0.
    init(sigma: Float) {
        let radius = max(1, Int((3 * sigma).rounded(.up)))
        let raw = (-radius...radius).map { expf(-Float($0 * $0) / (2 * sigma * sigma)) }
        let total = raw.reduce(0, +)
        taps = raw.map { $0 / total }
    }

    /// Filters a plane of height x width values in place, starting at an index of the array.
    func apply(to values: inout [Float], from start: Int = 0, width: Int, height: Int) {
        MapKernels.filterSeparably(&values, from: start, height: height, width: width, taps: taps)
    }
}
