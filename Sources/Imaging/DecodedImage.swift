/// An image together with what its file says about it.
public struct DecodedImage: Sendable, Equatable {
    public let image: PlanarImage
    public let info: ImageInfo

    public init(image: PlanarImage, info: ImageInfo) {
        self.image = image
        self.info = info
    }
}
