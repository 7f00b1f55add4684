import Imaging

/// Images that supply material for corruptions: normal images of one size, or textures of any size. An index always
/// returns the same image.
public protocol ImageSource: Sendable {
    var count: Int { get }

    /// An RGB image.
    ///
    /// - Parameter index: 0 ..< `count`.
    func image(at index: Int) -> PlanarImage
}

/// Images that are continued outside of their regions of interest. Traps with a clear message if a source returns an
/// image that is not RGB.
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
        return image.continuedOutside
    }
}

/// The tiles of another source's images: material for corruptions of crops no larger than a tile.
public struct TileSource: ImageSource {
    private let base: any ImageSource
    private let grid: TileGrid

    /// - Parameter base: images of the grid's size.
    public init(base: any ImageSource, grid: TileGrid) { (self.base, self.grid) = (base, grid) }

    public var count: Int { base.count * grid.count }

    public func image(at index: Int) -> PlanarImage {
        grid.tiles(of: base.image(at: index / grid.count))[index % grid.count]
    }
}
