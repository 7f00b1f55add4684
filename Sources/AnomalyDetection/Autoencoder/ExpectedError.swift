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

    /// - Parameters:
    ///   - meanError: the mean squared error of normal images before smoothing, with at least `cells` pixels along each
    ///     axis.
    ///   - counts: the number of images of which each pixel counts; nil if all do. The error of other pixels is that of
    ///     the pixels around them.
    public init(meanError: FloatMap, counts: [Float]? = nil) {
        let cells = ExpectedError.cells
        guard meanError.width >= cells, meanError.height >= cells else {
            fatalError("an error map of \(meanError.width) x \(meanError.height) pixels for \(cells) cells")
        }
        var coarse = [Float](repeating: 0, count: cells * cells), weights = coarse
        for row in 0..<cells {
            let rows = row * meanError.height / cells..<(row + 1) * meanError.height / cells
            for column in 0..<cells {
                let columns = column * meanError.width / cells..<(column + 1) * meanError.width / cells
                var sum = 0.0, weight = 0.0
                for y in rows {
                    for x in columns {
                        let count = counts.map { Double($0[y * meanError.width + x]) } ?? 1
                        sum += Double(meanError.values[y * meanError.width + x]) * count
                        weight += count
                    }
                }
                // With counts, sums are divided after smoothing, so that cells without pixels take no part.
                coarse[row * cells + column] = Float(counts == nil ? sum / weight : sum)
                weights[row * cells + column] = Float(weight)
            }
        }
        func smoothed(_ values: [Float]) -> [Float] {
            MapKernels.boxFiltered(
                values, height: cells, width: cells, size: ExpectedError.smoothing.size,
                passes: ExpectedError.smoothing.passes)
        }
        var smooth = smoothed(coarse)
        var mean = Float(smooth.reduce(0.0) { $0 + Double($1) } / Double(smooth.count))
        if counts != nil {
            func total(_ values: [Float]) -> Double { values.reduce(0.0) { $0 + Double($1) } }
            mean = Float(total(coarse) / max(total(weights), .leastNormalMagnitude))
            let shares = smoothed(weights)
            smooth = zip(smooth, shares).map { sum, share in share > 1e-6 ? sum / share : mean }
        }
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
