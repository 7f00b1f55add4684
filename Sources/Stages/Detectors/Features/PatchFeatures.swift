import Imaging
import NeuralNetworks
import Tensors

/// The features of an image's patches: one vector for each cell of a grid over the image, row by row.
struct PatchFeatures: Sendable {
    let rows, columns, dimensions: Int
    /// rows x columns x dimensions.
    var values: [Float]
    /// True for each patch that is left out; empty if none is.
    var outside: [Bool] = []

    var count: Int { rows * columns }

    func isInside(_ patch: Int) -> Bool { outside.isEmpty || !outside[patch] }
}

/// Computes patch features from the taps of a pretrained network, as PatchCore does (arXiv 2106.08265, section 3.1):
/// every map is averaged over 3 x 3 cells, brought to the size of the finest one, and concatenated.
final class PatchExtractor {
    private let network: InferenceNetwork
    private let pool: WorkerPool
    /// The task that uses it, for errors.
    var task = ""
    /// The largest magnitude of a feature. Sums of squares of such features are finite in single precision.
    private static let largest: Float = 1e15

    /// - Parameter taps: the names of the taps, at least one.
    /// - Throws: `InferenceError` and `TensorError`.
    init(_ graph: InferenceGraph, taps: [String], engine: NetworkEngine.Kind, threads: Int) throws {
        network = try InferenceNetwork(graph, taps: taps, engine: engine, threads: threads)
        pool = WorkerPool(workerCount: threads)
    }

    deinit { pool.stop() }

    /// The grid and the number of dimensions for one image size.
    func shape(width: Int, height: Int) throws -> (rows: Int, columns: Int, dimensions: Int) {
        let shapes = try network.shapes(height: height, width: width)
        return (
            shapes.map(\.height).max() ?? 0, shapes.map(\.width).max() ?? 0, shapes.reduce(0) { $0 + $1.channels }
        )
    }

    /// The features of images of one size, with three channels of 0 to 1. Those of an image depend on it alone.
    ///
    /// - Throws: `FeatureError`, `InferenceError` and `TensorError`.
    func features(_ images: [PlanarImage]) throws -> [PatchFeatures] {
        guard let first = images.first else { return [] }
        let shape = try shape(width: first.width, height: first.height)
        let maps = try network.run(images.map(\.values), height: first.height, width: first.width)
        var features = [PatchFeatures?](repeating: nil, count: images.count)
        unsafe features.withUnsafeMutableBufferPointer { features in
            // Each piece writes its own element.
            let target = features.baseAddress!
            pool.run(images.count) { number, _ in
                unsafe target[number] = Self.joined(maps[number], shape.rows, shape.columns, shape.dimensions)
            }
        }
        for (number, features) in features.enumerated() {
            let fault = features?.values.firstIndex { !(abs($0) <= Self.largest) }
            guard let fault else { continue }
            var dimension = fault % shape.dimensions, tap = 0
            while dimension >= maps[number][tap].shape.channels {
                (dimension, tap) = (dimension - maps[number][tap].shape.channels, tap + 1)
            }
            throw FeatureError.notUsable(task: task, tap: network.taps[tap].name, value: features!.values[fault])
        }
        return features.compactMap(\.self)
    }

    private static func joined(_ maps: [FeatureMap], _ rows: Int, _ columns: Int, _ dimensions: Int) -> PatchFeatures {
        var joined = PatchFeatures(
            rows: rows, columns: columns, dimensions: dimensions,
            values: [Float](repeating: 0, count: rows * columns * dimensions))
        var dimension = 0
        for map in maps {
            let (height, width) = (map.shape.height, map.shape.width)
            let across = Interpolation(from: width, to: columns), down = Interpolation(from: height, to: rows)
            for channel in 0..<map.shape.channels {
                let plane = MapKernels.boxFiltered(
                    Array(map.values[channel * height * width..<(channel + 1) * height * width]), height: height,
                    width: width, size: 3, passes: 1)
                unsafe plane.withUnsafeBufferPointer { plane in
                    unsafe joined.values.withUnsafeMutableBufferPointer { values in
                        for row in 0..<rows {
                            let above = down.low[row] * width, below = down.high[row] * width
                            let weight = down.share[row]
                            for column in 0..<columns {
                                let (left, right) = (across.low[column], across.high[column])
                                let share = across.share[column]
                                let top = unsafe plane[above + left] * (1 - share) + plane[above + right] * share
                                let bottom = unsafe plane[below + left] * (1 - share) + plane[below + right] * share
                                unsafe values[(row * columns + column) * dimensions + dimension] =
                                    top * (1 - weight) + bottom * weight
                            }
                        }
                    }
                }
                dimension += 1
            }
        }
        return joined
    }
}

/// A feature that no detector can use.
enum FeatureError: Error, CustomStringConvertible {
    case notUsable(task: String, tap: String, value: Float)

    var description: String {
        switch self {
        case .notUsable(let task, let tap, let value):
            "\(task): the backbone gives a feature of \(value) at the tap \"\(tap)\", expected at most 1e15: its weights are "
                + "unsuitable or damaged. Add the network again from its original file with nominal backbones add, or "
                + "choose other detector.taps"
        }
    }
}

/// Linear interpolation along an axis, with the centres of the first and last cells of both grids inside the same
/// borders.
struct Interpolation {
    /// The cells below and above each target, and the share of the one above.
    private(set) var low: [Int] = [], high: [Int] = []
    private(set) var share: [Float] = []

    init(from source: Int, to target: Int) {
        for index in 0..<target {
            let position = max(0, (Float(index) + 0.5) * Float(source) / Float(target) - 0.5)
            let below = min(Int(position), source - 1)
            low.append(below)
            high.append(min(below + 1, source - 1))
            share.append(position - Float(below))
        }
    }
}
