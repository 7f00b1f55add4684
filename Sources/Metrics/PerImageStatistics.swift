/// How the values of a metric that each image has for itself are distributed over the images. Nil without any value.
public struct PerImageStatistics: Equatable, Sendable {
    public let mean: Double?
    /// The mean of the middle two where the number of values is even.
    public let median: Double?
    /// Of these images as they are: the root of the mean squared distance from the mean (divided by the count, not by one
    /// less). 0 for a single image.
    public let standardDeviation: Double?

    public init(_ values: [Double]) {
        // Sorted, so that the sums do not depend on the order of the images.
        let sorted = values.sorted()
        guard !sorted.isEmpty else {
            (mean, median, standardDeviation) = (nil, nil, nil)
            return
        }
        let count = Double(sorted.count)
        let mean = sorted.reduce(0, +) / count
        self.mean = mean
        median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        standardDeviation = (sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    }
}
