import Imaging
import Tensors

/// The form in which an autoencoder sees images.
public enum NetworkInput: String, Codable, CaseIterable, Sendable {
    /// The pixels as they are.
    case pixels
    /// The differences of pixels from their local mean, divided by their local contrast. Light and shading vanish, and
    /// faint structure looks as strong as any other.
    case localContrast

    /// - Parameters:
    ///   - tile: a tile of an image, of the size that the network sees.
    ///   - normalization: the normalisation of the network's input, which gives the scale of contrasts.
    func view(_ tile: PlanarImage, _ normalization: PixelNormalization) -> NetworkView {
        switch self {
        case .pixels: NetworkView(image: tile, light: nil)
        case .localContrast: LocalContrast.view(tile, normalization)
        }
    }
}

/// A tile of an image as a network sees it.
struct NetworkView {
    /// On the scale of pixels, with the same mean and spread.
    let image: PlanarImage
    /// The part of the image that is not in the view; nil if the view is the image.
    fileprivate let light: Light?

    /// The light of a tile: the local mean of each pixel in each channel, and the factors from the view to pixels.
    fileprivate struct Light {
        var means: PlanarImage
        var factors: [Float]
    }

    /// A reconstruction of the view as pixels, in the light of the tile.
    func picture(_ reconstruction: PlanarImage, _ normalization: PixelNormalization) -> PlanarImage {
        guard let light else { return reconstruction }
        var picture = light.means
        for channel in 0..<picture.channels {
            for pixel in light.factors.indices {
                let index = channel * light.factors.count + pixel
                picture.values[index] +=
                    (reconstruction.values[index] - normalization.mean[channel]) * light.factors[pixel]
            }
        }
        return picture.restricted(to: image.regionOfInterest)
    }
}

/// The input `localContrast`.
package enum LocalContrast {
    /// The contrast below which structure is noise, as a part of the spread of all pixels.
    private static let noise: Float = 0.1
    /// The number of box filters that make a local mean.
    package static let passes = 2

    /// The side of the box filters: a quarter of the tile's shorter side.
    package static func boxSize(width: Int, height: Int) -> Int { min(width, height) / 4 | 1 }

    /// The energy of noise, which is added to that of each place.
    package static func floor(_ normalization: PixelNormalization) -> Float {
        (noise * normalization.deviation) * (noise * normalization.deviation)
    }

    /// Local means are those of pixels in the region of interest.
    fileprivate static func view(_ tile: PlanarImage, _ normalization: PixelNormalization) -> NetworkView {
        let plane = tile.width * tile.height
        let size = boxSize(width: tile.width, height: tile.height)
        func smooth(_ values: [Float]) -> [Float] {
            MapKernels.boxFiltered(values, height: tile.height, width: tile.width, size: size, passes: passes)
        }
        let inside = tile.regionOfInterest.map { region in region.map { $0 == 0 ? Float(0) : 1 } }
        let shares = inside.map(smooth)
        func localMean(_ values: [Float]) -> [Float] {
            guard let inside, let shares else { return smooth(values) }
            let sums = smooth(zip(values, inside).map { $0 * $1 })
            return zip(sums, shares).map { $1 > 0 ? $0 / $1 : 0 }
        }
        var (means, seen) = (tile, tile)
        var energy = [Float](repeating: 0, count: plane)
        for channel in 0..<tile.channels {
            let own = channel * plane..<(channel + 1) * plane
            means.values.replaceSubrange(own, with: localMean(Array(tile.values[own])))
            for (pixel, index) in own.enumerated() {
                let difference = tile.values[index] - means.values[index]
                seen.values[index] = difference
                energy[pixel] += difference * difference / Float(tile.channels)
            }
        }
        let floor = floor(normalization)
        // Rounding can make a mean of squares negative.
        let factors = localMean(energy).map { (max(0, $0) + floor).squareRoot() / normalization.deviation }
        for index in seen.values.indices {
            seen.values[index] = normalization.mean[index / plane] + seen.values[index] / factors[index % plane]
        }
        return NetworkView(
            image: seen.restricted(to: tile.regionOfInterest), light: NetworkView.Light(means: means, factors: factors))
    }
}
