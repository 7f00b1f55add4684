import Glibc
import Imaging
import SeededRandom

@testable import AnomalyDetection

/// Images made by formula, for tests of corruptions.
enum CorruptionTestImages {
    /// A coloured weave with a little noise: structure everywhere, no saturated pixel.
    static func weave(width: Int = 96, height: Int = 96, seed: UInt64 = 1) -> PlanarImage {
        var generator = SeededGenerator(seed: seed, stream: "weave")
        let phase = generator.uniform(0, 6)
        var image = PlanarImage(width: width, height: height, channels: 3, repeating: 0)
        for channel in 0..<3 {
            for y in 0..<height {
                for x in 0..<width {
                    let wave = sinf(0.7 * Float(x) + phase) * sinf(0.5 * Float(y)) + 0.3 * sinf(0.13 * Float(x + y))
                    image.values[(channel * height + y) * width + x] =
                        0.4 + 0.1 * Float(channel) + 0.15 * wave + 0.02 * generator.uniform(-1, 1)
                }
            }
        }
        return image
    }

    static func grey(_ image: PlanarImage) -> PlanarImage {
        let first = Array(image.values[0..<(image.width * image.height)])
        return PlanarImage(width: image.width, height: image.height, channels: 3, values: first + first + first)
    }

    /// A bright disc with a dark hole on a dark, slightly noisy ground.
    static func disc(side: Int = 128, radius: Float = 40) -> (image: PlanarImage, mask: [UInt8]) {
        var generator = SeededGenerator(seed: 3, stream: "disc")
        let middle = Float(side) / 2
        var image = PlanarImage(width: side, height: side, channels: 3, repeating: 0)
        var mask = [UInt8](repeating: 0, count: side * side)
        for index in mask.indices {
            let distance = hypotf(Float(index % side) - middle, Float(index / side) - middle)
            mask[index] = distance < radius ? 1 : 0
            for channel in 0..<3 {
                let level: Float = distance < radius && distance > 5 ? 0.7 : 0.1
                image.values[channel * side * side + index] = level + 0.01 * generator.normal()
            }
        }
        return (image, mask)
    }
}

struct ImageList: ImageSource {
    let images: [PlanarImage]

    var count: Int { images.count }
    func image(at index: Int) -> PlanarImage { images[index] }

    static let none = ImageList(images: [])
    static let weaves = ImageList(images: (2..<5).map { CorruptionTestImages.weave(seed: $0) })
    static let textures = ImageList(images: [
        CorruptionTestImages.weave(width: 40, height: 70, seed: 8),
        PlanarImage(width: 5, height: 3, channels: 3, repeating: 0.9),
    ])
}

extension ContentWeights {
    /// Nothing but one content.
    static func only(_ content: Content) -> ContentWeights {
        ContentWeights(
            texture: content == .texture ? 1 : 0, cutPaste: content == .cutPaste ? 1 : 0,
            warp: content == .warp ? 1 : 0, stain: content == .stain ? 1 : 0, noise: content == .noise ? 1 : 0,
            blur: content == .blur ? 1 : 0, shift: content == .shift ? 1 : 0,
            background: content == .background ? 1 : 0)
    }
}
