import AnomalyDetection
import Imaging

extension PatchExtractor {
    /// The distance around the object that belongs to it, as a share of the image's shorter side: a feature also
    /// depends on neighbouring cells, and a defect may stick out.
    private static let margin = 1.0 / 32

    /// The features of the tiles of images, in the order of the tiles.
    ///
    /// Patches outside the region of interest are marked, but for those beside it, from which maps are interpolated.
    ///
    /// - Parameter foreground: true to mark the patches outside the object that `ForegroundEstimator` finds in an image
    ///   without a region of interest. If it finds none, no patch is outside.
    func features(_ images: [PlanarImage], _ grid: TileGrid, foreground: Bool) throws -> [PatchFeatures] {
        var tiles = try features(images.flatMap(grid.tiles))
        for (number, image) in images.enumerated() {
            if image.regionOfInterest != nil {
                for (place, tile) in grid.tiles(of: image).enumerated() {
                    tiles[number * grid.count + place].markOutside(
                        tile.regionOfInterest ?? [], width: tile.width, height: tile.height)
                }
                continue
            }
            guard foreground else { continue }
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
    /// Marks the cells that hold no pixel of a region, nor does a neighbour of theirs.
    ///
    /// - Parameter region: height x width values of the tile, nonzero inside.
    mutating func markOutside(_ region: [UInt8], width: Int, height: Int) {
        let mask = PlanarImage(width: width, height: height, channels: 1, values: region.map(Float.init))
        let empty = cells(without: mask)
        outside = (0..<count).map { cell in
            let (row, column) = cell.quotientAndRemainder(dividingBy: columns)
            return (max(0, row - 1)...min(rows - 1, row + 1)).allSatisfy { row in
                (max(0, column - 1)...min(columns - 1, column + 1)).allSatisfy { empty[row * columns + $0] }
            }
        }
    }

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
