import AnomalyDetection
import ONNX

extension ONNXGraph {
    /// The tiles of reduced images as an autoencoder sees them (`NetworkInput`).
    ///
    /// - Parameter grid: that of reduced images.
    mutating func views(_ reduced: GraphValue, by payload: AutoencoderPayload, _ grid: TileGrid) -> GraphValue {
        let tiles = tiles(reduced, channels: 3, grid)
        return switch payload.input {
        case .pixels: tiles
        case .localContrast: localContrast(tiles, payload.normalization, grid)
        }
    }

    private mutating func localContrast(
        _ tiles: GraphValue, _ normalization: PixelNormalization, _ grid: TileGrid
    ) -> GraphValue {
        let tile = TileGrid(width: grid.tileWidth, height: grid.tileHeight)
        let size = LocalContrast.boxSize(width: tile.width, height: tile.height)
        func smooth(_ value: GraphValue) -> GraphValue {
            boxFilter(value, tile, size: size, passes: LocalContrast.passes)
        }
        let difference = add("Sub", [tiles, smooth(tiles)])
        let energy = add("ReduceMean", [add("Mul", [difference, difference]), constant(ints: [1])])
        let positive = add("Max", [smooth(energy), constant(0)])
        let contrast = add("Sqrt", [add("Add", [positive, constant(LocalContrast.floor(normalization))])])
        let factor = add("Div", [contrast, constant(normalization.deviation)])
        return add(
            "Add", [add("Div", [difference, factor]), constant(normalization.mean, [1, 3, 1, 1])])
    }
}
