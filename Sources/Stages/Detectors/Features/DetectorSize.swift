import AnomalyDetection
import Backbones
import Pipeline
import Wording

/// The size of a detector on pretrained features before it is fitted.
package struct DetectorSize: Equatable {
    /// The factors of the size, such as "at most 4096 points x 168 dimensions".
    package let words: String
    /// The size of its numbers; nil if the pretrained network is not known.
    package let bytes: Int?

    /// Returns nil for a stage that fits no such detector.
    ///
    /// - Parameter backbone: returns the pretrained network of the stage's task; nil if it is not known.
    /// - Throws: `InferenceError` for an image that is too small.
    package init?(_ stage: any Stage, backbone: () throws -> Backbone?) throws {
        let dimensions: Int?
        switch stage {
        case let fit as FitMemoryStage:
            dimensions = try Self.shape(try backbone(), fit.memory.taps, fit.samples.grid)?.dimensions
            words = "at most \(fit.memory.points) points" + (dimensions.map { " x \($0) dimensions" } ?? "")
            bytes = dimensions.map { 4 * fit.memory.points * $0 }
        case let fit as FitRandomStage:
            dimensions = try Self.shape(try backbone(), fit.random.taps, fit.samples.grid)?.dimensions
            words = "\(fit.random.directions) directions" + (dimensions.map { " x \($0) dimensions" } ?? "")
            bytes = dimensions.map { 4 * fit.random.directions * ($0 + 2) }
        case let fit as FitGaussianStage:
            guard let shape = try Self.shape(try backbone(), fit.gaussian.taps, fit.samples.grid) else {
                words = "at most \(fit.gaussian.channels) channels"
                bytes = nil
                return
            }
            let channels = min(fit.gaussian.channels, shape.dimensions)
            let places = fit.gaussian.place == .each ? shape.places : 1
            let numbers = channels + Cholesky.count(channels)
            words = "\(counted(places, "distribution")) x \(numbers) numbers"
            bytes = 4 * places * numbers
        default: return nil
        }
    }

    private static func shape(
        _ backbone: Backbone?, _ taps: [String], _ grid: TileGrid
    ) throws -> (places: Int, dimensions: Int)? {
        guard let graph = backbone?.graph else { return nil }
        let shapes = try graph.shapes(height: grid.tileHeight, width: grid.tileWidth)
        let used = graph.taps.filter { taps.contains($0.name) }.compactMap { shapes[$0.value] }
        guard used.count == taps.count, let rows = used.map(\.height).max(), let columns = used.map(\.width).max()
        else {
            return nil
        }
        return (grid.count * rows * columns, used.reduce(0) { $0 + $1.channels })
    }
}
