import AnomalyDetection
import Imaging

/// A linear filter along one axis of a map, as a matrix: resampling, box filters, tiles and their compositions.
struct AxisMatrix: Equatable {
    /// The number of values after and before the filter.
    let rows, columns: Int
    /// rows x columns.
    private(set) var values: [Double]

    private init(rows: Int, columns: Int) {
        (self.rows, self.columns) = (rows, columns)
        values = [Double](repeating: 0, count: rows * columns)
    }

    static func identity(_ count: Int) -> AxisMatrix {
        var matrix = AxisMatrix(rows: count, columns: count)
        for index in 0..<count { matrix[index, index] = 1 }
        return matrix
    }

    private(set) subscript(row: Int, column: Int) -> Double {
        get { values[row * columns + column] }
        set { values[row * columns + column] = newValue }
    }

    var isIdentity: Bool { rows == columns && self == .identity(rows) }

    /// The filter `second`, then `first`.
    static func * (first: AxisMatrix, second: AxisMatrix) -> AxisMatrix {
        guard first.columns == second.rows else { fatalError("\(first.columns) columns, \(second.rows) rows") }
        var product = AxisMatrix(rows: first.rows, columns: second.columns)
        for row in 0..<first.rows {
            for inner in 0..<first.columns {
                // Filters are narrow: most values are 0.
                let factor = first[row, inner]
                guard factor != 0 else { continue }
                for column in 0..<second.columns { product[row, column] += factor * second[inner, column] }
            }
        }
        return product
    }

    var transposed: AxisMatrix {
        var matrix = AxisMatrix(rows: columns, columns: rows)
        for row in 0..<rows { for column in 0..<columns { matrix[column, row] = self[row, column] } }
        return matrix
    }

    /// The filter on each of several consecutive parts of an axis.
    func repeated(_ times: Int) -> AxisMatrix {
        var matrix = AxisMatrix(rows: times * rows, columns: times * columns)
        for part in 0..<times {
            for row in 0..<rows {
                for column in 0..<columns { matrix[part * rows + row, part * columns + column] = self[row, column] }
            }
        }
        return matrix
    }
}

extension AxisMatrix {
    /// `PlanarImage.resized` along an axis.
    static func resampling(from old: Int, to new: Int) -> AxisMatrix {
        let taps = ResamplingTaps(from: old, to: new)
        var matrix = AxisMatrix(rows: new, columns: old)
        for row in 0..<new {
            for (place, tap) in (taps.offsets[row]..<taps.offsets[row + 1]).enumerated() {
                matrix[row, taps.starts[row] + place] = taps.weights[tap]
            }
        }
        return matrix
    }

    /// `Interpolation` of patch features.
    static func interpolation(from old: Int, to new: Int) -> AxisMatrix {
        let steps = Interpolation(from: old, to: new)
        var matrix = AxisMatrix(rows: new, columns: old)
        for row in 0..<new {
            matrix[row, steps.low[row]] += Double(1 - steps.share[row])
            matrix[row, steps.high[row]] += Double(steps.share[row])
        }
        return matrix
    }

    /// `MapKernels.boxFiltered` along an axis: reflected borders.
    static func box(_ count: Int, size: Int, passes: Int) -> AxisMatrix {
        var pass = AxisMatrix(rows: count, columns: count)
        for row in 0..<count {
            for offset in -(size / 2)...size / 2 {
                let folded = ((row + offset) % (2 * count) + 2 * count) % (2 * count)
                pass[row, folded < count ? folded : 2 * count - 1 - folded] += 1 / Double(size)
            }
        }
        return (0..<passes).reduce(.identity(count)) { filter, _ in pass * filter }
    }

    /// The difference of both neighbours, with repeated edges (`ContrastResponse.contrasts`).
    static func difference(_ count: Int) -> AxisMatrix {
        var matrix = AxisMatrix(rows: count, columns: count)
        for row in 0..<count {
            matrix[row, min(row + 1, count - 1)] += 1
            matrix[row, max(row - 1, 0)] -= 1
        }
        return matrix
    }

    /// `TileGrid.joined` along an axis: from the values of all tiles, one tile after the other.
    ///
    /// - Parameters:
    ///   - length: that of the image.
    ///   - starts: the starts of the tiles.
    ///   - ramp: the weights of the pixels of the tile with a start.
    static func joining(_ length: Int, tile: Int, starts: [Int], ramp: (Int) -> [Float]) -> AxisMatrix {
        var matrix = AxisMatrix(rows: length, columns: starts.count * tile)
        for (number, start) in starts.enumerated() {
            for (place, weight) in ramp(start).enumerated() {
                matrix[start + place, number * tile + place] = Double(weight)
            }
        }
        for row in 0..<length {
            let sum = (0..<matrix.columns).reduce(0) { $0 + matrix[row, $1] }
            for column in 0..<matrix.columns { matrix[row, column] /= sum }
        }
        return matrix
    }
}
