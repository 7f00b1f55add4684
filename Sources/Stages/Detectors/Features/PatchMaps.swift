import AnomalyDetection
import BinaryCoding
import Imaging
import Pipeline

extension TileGrid {
    /// The values of a tile's patches as a map of the tile's size, in one channel.
    ///
    /// - Parameter floor: the value of patches that are left out.
    func tileMap(_ values: [Float], of patches: PatchFeatures, floor: Float = 0) -> PlanarImage {
        let values = values.indices.map { patches.isInside($0) ? values[$0] : floor }
        let map = FloatMap(width: patches.columns, height: patches.rows, values: values)
            .resized(width: tileWidth, height: tileHeight)
        return PlanarImage(width: map.width, height: map.height, channels: 1, values: map.values)
    }

    /// The map of an image from the maps of its tiles.
    func joinedMap(_ tiles: [PlanarImage]) -> FloatMap {
        let whole = joined(tiles)
        return FloatMap(width: whole.width, height: whole.height, values: whole.values)
    }
}

extension PatchExtractor {
    /// Checks that a payload is about features of these taps.
    ///
    /// - Throws: `FormatError`.
    func require(dimensions: Int, _ grid: TileGrid, _ context: TaskContext) throws {
        let found = try shape(width: grid.tileWidth, height: grid.tileHeight).dimensions
        guard dimensions == found else {
            throw FormatError.damaged(
                "\(context.task) detector", what: "\(dimensions) dimensions for features of \(found)")
        }
    }
}
