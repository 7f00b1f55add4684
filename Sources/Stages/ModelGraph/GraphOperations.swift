import AnomalyDetection
import ONNX

package typealias GraphValue = ONNXGraph.Value

/// The length of an axis of images: known now, or a one-element vector when the graph runs.
enum GraphLength {
    case fixed(Int)
    case open(GraphValue)
}

/// Operations of a model's graph. Maps have the shape N x C x H x W.
extension ONNXGraph {
    /// Filters both axes of a map.
    mutating func filter(_ value: GraphValue, down: AxisMatrix, across: AxisMatrix) -> GraphValue {
        var value = value
        if !down.isIdentity {
            value = add("MatMul", [constant(down.values.map(Float.init), [down.rows, down.columns]), value])
        }
        if !across.isIdentity {
            let matrix = across.transposed
            value = add("MatMul", [value, constant(matrix.values.map(Float.init), [matrix.rows, matrix.columns])])
        }
        return value
    }

    mutating func boxFilter(_ value: GraphValue, _ grid: TileGrid, size: Int, passes: Int) -> GraphValue {
        guard size > 1, passes > 0 else { return value }
        return filter(
            value, down: .box(grid.height, size: size, passes: passes),
            across: .box(grid.width, size: size, passes: passes))
    }

    mutating func reshaped(_ value: GraphValue, _ shape: [Int]) -> GraphValue {
        add("Reshape", [value, constant(ints: shape)])
    }

    /// `(value - mean) * (1 / deviation)`, by channel.
    mutating func standardised(_ value: GraphValue, mean: [Float], deviation: [Float]) -> GraphValue {
        let centred = add("Sub", [value, constant(mean, [1, mean.count, 1, 1])])
        return add("Mul", [centred, constant(deviation.map { 1 / $0 }, [1, deviation.count, 1, 1])])
    }

    /// The tiles of each image, one after the other: (N * tiles) x C x height x width of a tile.
    mutating func tiles(_ value: GraphValue, channels: Int, _ grid: TileGrid) -> GraphValue {
        if grid.isSingle { return value }
        let (rows, columns) = (grid.rows, grid.columns)
        var value = add(
            "Gather", [value, constant(ints: rows.flatMap { start in (0..<grid.tileHeight).map { start + $0 } })],
            ["axis": .int(2)])
        value = add(
            "Gather", [value, constant(ints: columns.flatMap { start in (0..<grid.tileWidth).map { start + $0 } })],
            ["axis": .int(3)])
        value = reshaped(value, [-1, channels, rows.count, grid.tileHeight, columns.count, grid.tileWidth])
        value = add("Transpose", [value], ["perm": .ints([0, 2, 4, 1, 3, 5])])
        return reshaped(value, [-1, channels, grid.tileHeight, grid.tileWidth])
    }

    /// Images from maps of their tiles, which are resampled to the tiles' size first.
    mutating func joined(
        _ value: GraphValue, channels: Int, height: Int, width: Int, _ grid: TileGrid
    ) -> GraphValue {
        let down = AxisMatrix.resampling(from: height, to: grid.tileHeight)
        let across = AxisMatrix.resampling(from: width, to: grid.tileWidth)
        if grid.isSingle { return filter(value, down: down, across: across) }
        let (rows, columns) = (grid.rows, grid.columns)
        var value = reshaped(value, [-1, rows.count, columns.count, channels, height, width])
        value = add("Transpose", [value], ["perm": .ints([0, 3, 1, 4, 2, 5])])
        value = reshaped(value, [-1, channels, rows.count * height, columns.count * width])
        let joinsRows = AxisMatrix.joining(grid.height, tile: grid.tileHeight, starts: rows) {
            grid.ramp(grid.tileHeight, isFirst: $0 == 0, isLast: $0 + grid.tileHeight == grid.height)
        }
        let joinsColumns = AxisMatrix.joining(grid.width, tile: grid.tileWidth, starts: columns) {
            grid.ramp(grid.tileWidth, isFirst: $0 == 0, isLast: $0 + grid.tileWidth == grid.width)
        }
        return filter(
            value, down: joinsRows * down.repeated(rows.count), across: joinsColumns * across.repeated(columns.count))
    }
}
