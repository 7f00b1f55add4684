import Imaging
import Tensors

/// What an autoencoder sees of images.
public enum NetworkInput: String, Codable, CaseIterable, Sendable {
    /// The pixels as they are.
    case pixels
    /// The differences of pixels from their local mean, divided by their local contrast, so that light and shading vanish
    /// and faint structure looks as strong as any other.
    case localContrast

    /// - Parameter normalization: that of the network, which gives the scale of contrasts.
    func view(_ image: PlanarImage, _ normalization: PixelNormalization) -> NetworkView {
        switch self {
        case .pixels: NetworkView(image: image, light: nil)
        case .localContrast: LocalContrast.view(image, normalization)
        }
    }
}

/// An image as a network sees it.
struct NetworkView {
    /// On the scale of pixels, with the same mean and spread.
    let image: PlanarImage
    /// What the network does not see; nil if it sees the pixels as they are.
    fileprivate let light: Light?

    /// The light of an image: the local mean of each pixel in each channel, and the factor from the network's image to pixels.
    fileprivate struct Light {
        var means: PlanarImage
        var factors: [Float]
    }

    /// A reconstruction of the network as pixels, in the light of the image.
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

    /// The side of the box filters: a quarter of the image's shorter side.
    package static func boxSize(width: Int, height: Int) -> Int { min(width, height) / 4 | 1 }

    /// The energy of noise, which is added to that of each place.
    package static func floor(_ normalization: PixelNormalization) -> Float {
        (noise * normalization.deviation) * (noise * normalization.deviation)
    }

    fileprivate static func view(_ image: PlanarImage, _ normalization: PixelNormalization) -> NetworkView {
        let plane = image.width * image.height
        let size = boxSize(width: image.width, height: image.height)
        func smooth(_ values: [Float]) -> [Float] {
            MapKernels.boxFiltered(values, height: image.height, width: image.width, size: size, passes: passes)
        }
        var (means, seen) = (image, image)
        var energy = [Float](repeating: 0, count: plane)
        for channel in 0..<image.channels {
            let own = channel * plane..<(channel + 1) * plane
            means.values.replaceSubrange(own, with: smooth(Array(image.values[own])))
            for (pixel, index) in own.enumerated() {
                let difference = image.values[index] - means.values[index]
                seen.values[index] = difference
                energy[pixel] += difference * difference / Float(image.channels)
            }
        }
        let floor = floor(normalization)
        // Rounding can leave less than nothing.
        let factors = smooth(energy).map { (max(0, $0) + floor).squareRoot() / normalization.deviation }
        for index in seen.values.indices {
            seen.values[index] = normalization.mean[index / plane] + seen.values[index] / factors[index % plane]
        }
        return NetworkView(
            image: seen.restricted(to: image.regionOfInterest), light: NetworkView.Light(means: means, factors: factors)
        )
    }
}
