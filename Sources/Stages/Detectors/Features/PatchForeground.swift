import AnomalyDetection
import Imaging

extension PatchExtractor {
    /// The distance around the object that belongs to it, as a share of the image's shorter side: a feature also
    /// depends on neighbouring cells, and a defect may stick out.
    private static let margin = 1.0 / 32

    /// The features of the tiles of images, in the order of the tiles.
    ///
    /// - Parameter foreground: true to mark the patches outside the object that `ForegroundEstimator` finds in the
    ///   image. If it finds none, no patch is outside.
    func features(_ images: [PlanarImage], _ grid: TileGrid, foreground: Bool) throws -> [PatchFeatures] {
        var tiles = try features(images.flatMap(grid.tiles))
        guard foreground else { return tiles }
        for (number, image) in images.enumerated() {
            let margin = Int((Double(min(image.width, image.height)) * Self.margin).rounded())
            let mask = PlanarImage(
                width: image.width, height: image.height, channels: 1,
                values: ForegroundEstimator().foreground(of: image, margin: margin).map(Float.init))
            for (place, tile) in grid.tiles(of: mask).enumerated() {
                tiles[number * grid.count + place].outside = tiles[number * grid.count + place].cells(without: tile)
            }
        }
        return tiles
    }
}

extension PatchFeatures {
    /// True for each cell without a pixel of a mask.
    func cells(without mask: PlanarImage) -> [Bool] {
        var found = [Bool](repeating: true, count: count)
        for y in 0..<mask.height {
            for x in 0..<mask.width where mask.values[y * mask.width + x] > 0 {
                found[y * rows / mask.height * columns + x * columns / mask.width] = false
            }
        }
        return found
    }
}
