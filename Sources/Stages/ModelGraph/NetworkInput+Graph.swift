import AnomalyDetection
import ONNX

extension ONNXGraph {
    /// Images as an autoencoder sees them (`NetworkInput`): averaged over squares, with its input.
    mutating func seen(_ image: GraphValue, by payload: AutoencoderPayload, _ whole: TileGrid) -> GraphValue {
        let grid = whole.reduced(by: payload.reduction)
        let reduced = reduced(image, whole, to: grid)
        return switch payload.input {
        case .pixels: reduced
        case .localContrast: localContrast(reduced, payload.normalization, grid)
        }
    }

    private mutating func localContrast(
        _ image: GraphValue, _ normalization: PixelNormalization, _ grid: TileGrid
    ) -> GraphValue {
        let size = LocalContrast.boxSize(width: grid.width, height: grid.height)
        func smooth(_ value: GraphValue) -> GraphValue {
            boxFilter(value, grid, size: size, passes: LocalContrast.passes)
        }
        let difference = add("Sub", [image, smooth(image)])
        let energy = add("ReduceMean", [add("Mul", [difference, difference]), constant(ints: [1])])
        let positive = add("Max", [smooth(energy), constant(0)])
        let contrast = add("Sqrt", [add("Add", [positive, constant(LocalContrast.floor(normalization))])])
        let factor = add("Div", [contrast, constant(normalization.deviation)])
        return add(
            "Add", [add("Div", [difference, factor]), constant(normalization.mean, [1, 3, 1, 1])])
    }
}
