import AnomalyDetection
import Imaging
import Tensors
import Testing

@testable import Stages

/// Filters along an axis.
@Suite("Filters along an axis") struct AxisMatrixTests {
    /// A map filtered along both axes.
    private func filtered(_ values: [Float], _ down: AxisMatrix, _ across: AxisMatrix) -> [Float] {
        (0..<down.rows * across.rows).map { index in
            let (row, column) = (index / across.rows, index % across.rows)
            var sum = 0.0
            for y in 0..<down.columns {
                for x in 0..<across.columns {
                    sum +=
                        down.values[row * down.columns + y] * Double(values[y * across.columns + x])
                        * across.values[column * across.columns + x]
                }
            }
            return Float(sum)
        }
    }

    private func isClose(_ first: [Float], _ second: [Float]) -> Bool {
        first.count == second.count && zip(first, second).allSatisfy { abs($0 - $1) < 1e-5 }
    }

    @Test(
        "Resampling is that of images",
        arguments: [(12, 9, 5, 9), (12, 9, 31, 4), (12, 9, 12, 9), (3, 8, 6, 16), (7, 7, 1, 1)])
    func resampling(width: Int, height: Int, newWidth: Int, newHeight: Int) {
        let values = SmallModels.numbers(width * height, "map")
        let expected = FloatMap(width: width, height: height, values: values).resized(
            width: newWidth, height: newHeight)
        let found = filtered(
            values, .resampling(from: height, to: newHeight), .resampling(from: width, to: newWidth))
        #expect(isClose(found, expected.values))
    }

    @Test("Box filters reflect at the borders", arguments: [(3, 1), (5, 3), (7, 2), (1, 4), (3, 0)])
    func boxes(size: Int, passes: Int) {
        let values = SmallModels.numbers(10 * 8, "map")
        let expected = MapKernels.boxFiltered(values, height: 8, width: 10, size: size, passes: passes)
        #expect(
            isClose(
                filtered(values, .box(8, size: size, passes: passes), .box(10, size: size, passes: passes)), expected))
    }

    @Test("Joined tiles are those of the grid")
    func tiles() {
        let grid = SmallModels.tiled
        let tiles = (0..<grid.count).map { number in
            PlanarImage(
                width: grid.tileWidth, height: grid.tileHeight, channels: 1,
                values: SmallModels.numbers(grid.tileWidth * grid.tileHeight, "tile \(number)"))
        }
        var values: [Float] = []
        for row in grid.rows.indices {
            for y in 0..<grid.tileHeight {
                for column in grid.columns.indices {
                    let tile = tiles[row * grid.columns.count + column]
                    values += tile.values[y * grid.tileWidth..<(y + 1) * grid.tileWidth]
                }
            }
        }
        let down = AxisMatrix.joining(grid.height, tile: grid.tileHeight, starts: grid.rows) {
            grid.ramp(grid.tileHeight, isFirst: $0 == 0, isLast: $0 + grid.tileHeight == grid.height)
        }
        let across = AxisMatrix.joining(grid.width, tile: grid.tileWidth, starts: grid.columns) {
            grid.ramp(grid.tileWidth, isFirst: $0 == 0, isLast: $0 + grid.tileWidth == grid.width)
        }
        #expect(isClose(filtered(values, down, across), grid.joined(tiles).values))
    }

    @Test("A product is one filter after the other, and a repeated filter acts on each part")
    func products() {
        let (first, second) = (AxisMatrix.box(6, size: 3, passes: 1), AxisMatrix.resampling(from: 4, to: 6))
        let values = SmallModels.numbers(4, "line")
        let once = filtered(values, second, .identity(1))
        #expect(isClose(filtered(values, first * second, .identity(1)), filtered(once, first, .identity(1))))
        #expect(isClose(filtered(values + values, second.repeated(2), .identity(1)), once + once))
        #expect(AxisMatrix.identity(3).isIdentity && !first.isIdentity && first.transposed.transposed == first)
    }
}
