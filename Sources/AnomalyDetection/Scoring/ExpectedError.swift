import Imaging
import Tensors

/// The reconstruction error to expect of a normal image at each place, as a coarse and smooth field.
///
/// A network errs more on an object's texture than on the plain background beside it. Divided by this field, errors of both
/// weigh alike. The field is coarse on purpose: one that followed every edge would hide the defects that lie on edges.
public struct ExpectedError: Sendable, Equatable {
    /// Cells along each axis.
    public static let cells = 32
    /// A third of the field: wide enough that a handful of images tells it.
    private static let smoothing = (size: 11, passes: 3)
    /// Share of the field's mean that is added everywhere, so that a perfectly dull place does not make a defect of every
    /// grain of noise.
    private static let floorShare: Float = 0.5

    /// cells x cells, row by row, above 0: squared differences of pixel values of 0...1.
    public let values: [Float]

    /// - Parameter values: as `values` of another field; nil where they cannot be one.
    init?(values: [Float]) {
        guard values.count == ExpectedError.cells * ExpectedError.cells,
            values.allSatisfy({ $0.isFinite && $0 > 0 })
        else { return nil }
        self.values = values
    }

    /// Several fields from their values, one after the other; those that cannot be one are left out.
    static func fields(_ values: [Float]) -> [ExpectedError] {
        stride(from: 0, to: values.count, by: cells * cells).compactMap { start in
            ExpectedError(values: Array(values[start..<min(start + cells * cells, values.count)]))
        }
    }

    /// - Parameter meanError: the mean over some normal images of their squared errors, before smoothing; at least as many
    ///   pixels as cells along each axis.
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
        // A network without any error has nothing to be divided by; then every error counts as it is.
        let floor = max(ExpectedError.floorShare * mean, 1e-12)
        values = smooth.map { max($0, 0) + floor }
    }

    /// What a map of some size is to be multiplied by, pixel by pixel.
    func weights(width: Int, height: Int) -> [Float] {
        FloatMap(width: ExpectedError.cells, height: ExpectedError.cells, values: values)
            .resized(width: width, height: height).values.map { 1 / $0 }
    }
}
