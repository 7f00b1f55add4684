import AnomalyDetection
import Imaging
import SeededRandom
import Stages

/// The images of a self-test. Without a fixed size they differ in size, so that resizing is tested too.
struct SelfTestImages {
    /// Names without extension.
    let named: [(name: String, image: PlanarImage)]

    /// - Parameters:
    ///   - normal: a normal image; nil for a generated texture.
    ///   - size: that of all images; nil for any.
    init(_ grid: TileGrid, normal: PlanarImage?, size: ModelGraph.ImageSize?) {
        let (width, height) = (size?.width ?? grid.width, size?.height ?? grid.height)
        var first = normal?.convertedToRGB() ?? Self.texture(width: width, height: height)
        if let size { first = first.resized(width: size.width, height: size.height) }
        let defect = Self.defect(in: first)
        let noise = Self.noise(width: size?.width ?? max(8, width * 3 / 4), height: size?.height ?? height)
        let isLarger = size == nil && normal == nil
        named = [
            ("normal", first),
            ("defect", isLarger ? defect.resized(width: width * 3 / 2, height: height * 5 / 4) : defect),
            ("noise", noise),
        ]
    }

    /// Soft colours with fine grain.
    private static func texture(width: Int, height: Int) -> PlanarImage {
        var generator = SeededGenerator(seed: 1, stream: "self-test texture")
        var coarse = PlanarImage(width: 7, height: 5, channels: 3, repeating: 0)
        for index in coarse.values.indices { coarse.values[index] = generator.uniform(0.35, 0.65) }
        var image = coarse.resized(width: width, height: height)
        for index in image.values.indices { image.values[index] += generator.uniform(-0.04, 0.04) }
        return image
    }

    private static func noise(width: Int, height: Int) -> PlanarImage {
        var generator = SeededGenerator(seed: 1, stream: "self-test noise")
        var image = PlanarImage(width: width, height: height, channels: 3, repeating: 0)
        for index in image.values.indices { image.values[index] = generator.uniform() }
        return image
    }

    private static func defect(in image: PlanarImage) -> PlanarImage {
        struct NoImages: ImageSource {
            var count: Int { 0 }
            func image(at index: Int) -> PlanarImage { fatalError("there is no image \(index)") }
        }
        var generator = SeededGenerator(seed: 1, stream: "self-test defect")
        let model = CorruptionModel(
            parameters: CorruptionParameters(cleanFraction: 0), normals: NoImages(), textures: nil)
        return model.corrupt(image, using: &generator).corrupted
    }
}
