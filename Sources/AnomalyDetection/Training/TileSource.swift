import Imaging

/// The tiles of some images as images: material for corruptions of crops that are no larger than a tile.
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
