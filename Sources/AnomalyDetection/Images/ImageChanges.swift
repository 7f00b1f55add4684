import Imaging

/// Changes of whole images that a camera, its light or its place may make.
extension PlanarImage {
    /// Takes each pixel from a column and a row of this image.
    private func rearranged(columns: [Int], rows: [Int]) -> PlanarImage {
        var result = self
        for channel in 0..<channels {
            for (y, row) in rows.enumerated() {
                let from = (channel * height + row) * width, to = (channel * height + y) * width
                for (x, column) in columns.enumerated() { result.values[to + x] = values[from + column] }
            }
        }
        return result
    }

    func flipped(horizontally: Bool, vertically: Bool) -> PlanarImage {
        rearranged(
            columns: horizontally ? (0..<width).reversed() : Array(0..<width),
            rows: vertically ? (0..<height).reversed() : Array(0..<height))
    }

    /// Turned counter-clockwise; the image must be square.
    func turnedByQuarter() -> PlanarImage {
        var result = self
        for channel in 0..<channels {
            let plane = channel * width * height
            for y in 0..<height {
                for x in 0..<width { result.values[plane + y * width + x] = values[plane + x * width + width - 1 - y] }
            }
        }
        return result
    }

    /// Moved right and down; what comes in at the border is the image mirrored.
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

    /// Each channel times a factor, as by a change of exposure or white balance.
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

    /// Steeper or flatter about the mean of the image.
    func contrast(_ factor: Float) -> PlanarImage {
        let mean = Float(values.reduce(0.0) { $0 + Double($1) } / Double(values.count))
        var result = self
        for index in values.indices { result.values[index] = min(max(mean + factor * (values[index] - mean), 0), 1) }
        return result
    }

    /// - Parameter sigma: in pixels.
    func blurred(sigma: Float) -> PlanarImage {
        let filter = GaussianBlur(sigma: sigma)
        let plane = width * height
        var result = self
        for channel in 0..<channels {
            filter.apply(to: &result.values, from: channel * plane, width: width, height: height)
        }
        return result
    }

    /// - Parameter share: of the other image; below 0 it is taken away.
    func blended(with other: PlanarImage, share: Float) -> PlanarImage {
        var result = self
        for index in values.indices {
            result.values[index] = min(max(values[index] + share * (other.values[index] - values[index]), 0), 1)
        }
        return result
    }
}
