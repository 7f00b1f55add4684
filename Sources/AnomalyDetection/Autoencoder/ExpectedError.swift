import Imaging
import Tensors

/// The expected reconstruction error of a normal image at each position, as a coarse, smooth field.
///
/// A network makes larger errors on an object's texture than on the plain background beside it. Division by this field
/// equalises them. The field is coarse because one that followed every edge would hide defects on edges.
public struct ExpectedError: Sendable, Equatable {
    /// The number of cells along each axis.
    public static let cells = 32
    /// A third of the field: wide enough for an estimate from a few images.
    private static let smoothing = (size: 11, passes: 3)
    /// The share of the field's mean that is added everywhere, which keeps noise in plain regions from looking like a
    /// defect.
    private static let floorShare: Float = 0.5

    /// cells x cells squared differences of pixel values in 0...1, row by row, above 0.
    public let values: [Float]

    /// - Parameter values: the `values` of another field.
    /// - Returns: nil for invalid values.
    init?(values: [Float]) {
        guard values.count == ExpectedError.cells * ExpectedError.cells,
            values.allSatisfy({ $0.isFinite && $0 > 0 })
        else { return nil }
        self.values = values
    }

    /// Several fields from their concatenated values. Invalid fields are omitted.
    static func fields(_ values: [Float]) -> [ExpectedError] {
        stride(from: 0, to: values.count, by: cells * cells).compactMap { start in
            ExpectedError(values: Array(values[start..<min(start + cells * cells, values.count)]))
        }
    }

    /// - Parameter meanError: the mean squared error of normal images before smoothing, with at least `cells` pixels
    ///   along each axis.
    public init(meanError: FloatMap) {
        let cells = ExpectedError.cells
        guard meanError.width >= cells, meanError.height >= cells else {
            fatalError("an error map of \(meanError.width) x \(meanError.height) pixels for \(cells) cells")
        }
        var coarse = [Float](repeating: 0, count: cells * cells)
        for row in 0..<cells {
            let rows = row * meanError.height / cells..<(row + 1) * meanError.height / cells
            for column in 0..<cells {
                let columns = column * meanError.width / cells..<(column + 1) * meanError.width / cells
                var sum = 0.0
                for y in rows { for x in columns { sum += Double(meanError.values[y * meanError.width + x]) } }
                coarse[row * cells + column] = Float(sum / Double(rows.count * columns.count))
            }
        }
        let smooth = MapKernels.boxFiltered(
            coarse, height: cells, width: cells, size: ExpectedError.smoothing.size,
            passes: ExpectedError.smoothing.passes)
        let mean = Float(smooth.reduce(0.0) { $0 + Double($1) } / Double(smooth.count))
        // The lower limit avoids division by 0 for a network without errors.
        let floor = max(ExpectedError.floorShare * mean, 1e-12)
        values = smooth.map { max($0, 0) + floor }
    }

    /// The factor for each pixel of a map with a given size.
    package func weights(width: Int, height: Int) -> [Float] {
        FloatMap(width: ExpectedError.cells, height: ExpectedError.cells, values: values)
            .resized(width: width, height: height).values.map { 1 / $0 }
    }
}
