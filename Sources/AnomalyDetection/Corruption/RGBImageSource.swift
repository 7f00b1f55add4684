import Imaging

/// Stops with a plain sentence, instead of an index out of range, when a source breaks its promise of RGB images.
struct RGBImageSource: ImageSource {
    let base: any ImageSource

    var count: Int { base.count }

    func image(at index: Int) -> PlanarImage {
        let image = base.image(at: index)
        guard image.channels == 3 && image.width > 0 && image.height > 0 else {
            fatalError(
                "image \(index) of a corruption source is \(image.width) x \(image.height) x \(image.channels), not RGB"
            )
        }
        return image
    }
}
