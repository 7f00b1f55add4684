import Imaging

/// Smooth inpainting by push-pull over an image pyramid (Gortler et al., "The Lumigraph", SIGGRAPH 1996): known pixels
/// are averaged into coarser levels until no gap is left, then each level fills the gaps of the finer one. The cost is
/// linear in the number of pixels.
enum PushPullFill {
    /// Fills the unknown pixels of an RGB image and keeps the known ones. Fills the image with its mean colour if no
    /// pixel is known.
    static func fill(_ image: PlanarImage, where isKnown: [Bool]) -> PlanarImage {
        let plane = image.width * image.height
        guard isKnown.contains(true) else {
            let means = (0..<3).map { image.values[($0 * plane)..<(($0 + 1) * plane)].reduce(0, +) / Float(plane) }
            return PlanarImage(
                width: image.width, height: image.height, channels: 3,
                values: means.flatMap { [Float](repeating: $0, count: plane) })
        }
        guard isKnown.contains(false) else { return image }
        let width = (image.width + 1) / 2, height = (image.height + 1) / 2
        var coarse = [Float](repeating: 0, count: 3 * width * height)
        var counts = [Float](repeating: 0, count: width * height)
        for y in 0..<image.height {
            for x in 0..<image.width where isKnown[y * image.width + x] {
                let target = (y / 2) * width + x / 2
                counts[target] += 1
                for channel in 0..<3 {
                    coarse[channel * width * height + target] += image.values[channel * plane + y * image.width + x]
                }
            }
        }
        for target in counts.indices where counts[target] > 0 {
            for channel in 0..<3 { coarse[channel * width * height + target] /= counts[target] }
        }
        let above = fill(
            PlanarImage(width: width, height: height, channels: 3, values: coarse), where: counts.map { $0 > 0 }
        ).stretched(width: image.width, height: image.height)
        var result = image
        for index in 0..<plane where !isKnown[index] {
            for channel in 0..<3 { result.values[channel * plane + index] = above.values[channel * plane + index] }
        }
        return result
    }
}
