import Imaging

/// Changes of whole images that a camera, its light or its place may make.
extension PlanarImage {
    private func rearranged(_ source: (_ x: Int, _ y: Int) -> Int) -> PlanarImage {
        var result = self
        let pixels = width * height
        for y in 0..<height {
            for x in 0..<width {
                let from = source(x, y), to = y * width + x
                for channel in 0..<channels { result.values[channel * pixels + to] = values[channel * pixels + from] }
            }
        }
        return result
    }

    func flipped(horizontally: Bool, vertically: Bool) -> PlanarImage {
        rearranged { x, y in
            (vertically ? height - 1 - y : y) * width + (horizontally ? width - 1 - x : x)
        }
    }

    /// Turned counter-clockwise; the image must be square.
    func turnedByQuarter() -> PlanarImage { rearranged { x, y in x * width + (width - 1 - y) } }

    /// Moved right and down; what comes in at the border is the image mirrored.
    func shifted(x shiftX: Int, y shiftY: Int) -> PlanarImage {
        func mirrored(_ index: Int, _ size: Int) -> Int {
            let period = 2 * size
            let wrapped = ((index % period) + period) % period
            return wrapped < size ? wrapped : period - 1 - wrapped
        }
        return rearranged { x, y in mirrored(y - shiftY, height) * width + mirrored(x - shiftX, width) }
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
            var part = Array(values[channel * plane..<(channel + 1) * plane])
            filter.apply(to: &part, width: width, height: height)
            result.values.replaceSubrange(channel * plane..<(channel + 1) * plane, with: part)
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
